# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# A folder of src includes only itself and the layers below it; and what could be
# a library for others (HACKING, section 2) holds together without the rest.

# shellcheck source-path=SCRIPTDIR source=../lib.sh disable=SC2154
. "$(dirname "$0")/../lib.sh" || exit 99

src=$top_srcdir/src
declare -A below=(
	[base]="base"
	[arch]="base arch"
	[target]="base arch target"
	[sym]="base arch target sym"
	[linux]="base arch target sym linux"
	[out]="base arch out"
	[cli]="base arch target sym linux out cli"
)

folders=$(find "$src" -mindepth 1 -maxdepth 1 -type d -printf '%f\n' | grep -v '^\.' | sort | xargs)
is "these are the layers" "$folders" "$(printf '%s\n' "${!below[@]}" | sort | xargs)"
for layer in $folders; do
	grep -rnoE --include='*.[ch]' '^#[[:space:]]*include "[^"]*"' "$src/$layer" |
	while IFS= read -r line; do
		header=${line#*\"}
		folder=${header%%/*}
		case " ${below[$layer]} " in
		*" $folder "*) ;;
		*) echo "$line" ;;
		esac
	done >wrong
	is "$layer includes nothing that stands above it" "$(cat wrong)" ""
done

# Every header is complete in itself, as a program of others would include it.
compiler=${CC:-gcc}
if command -v "$compiler" >/dev/null; then
	for header in base/error.h base/buf.h base/endian.h base/log.h \
		arch/pgm.h arch/psw.h arch/space.h arch/translate.h arch/lowcore.h \
		target/target.h target/range.h target/walk.h target/dump/dump.h; do
		# Twice: what it defines must not be defined again.
		"$compiler" -std=gnu11 -Wall -Wextra -Werror -fsyntax-only -I"$src" -x c - <<EOF 2>&1 || echo "$header"
#include "$header"
#include "$header"
EOF
	done >wrong
	is "headers of the inside library can be included alone" "$(cat wrong)" ""
else
	skip "headers of the inside library can be included alone" "no $compiler here"
fi

# The library itself: its objects need each other, libc and the libraries of dumps, nothing else.
library=$top_builddir/src/libs390memctl.a
if command -v nm >/dev/null && [ -e "$library" ]; then
	nm -A "$library" 2>/dev/null >symbols
	/usr/bin/python3 - "$src" symbols <<'EOF' >wrong
import pathlib, re, sys
src, symbols = pathlib.Path(sys.argv[1]), open(sys.argv[2])
inside = [p for d in ("base", "arch", "target", "target/dump") for p in (src / d).glob("*.c")]
rest = [p for p in src.rglob("*.c") if p not in inside]
names = {p.stem for p in inside} - {p.stem for p in rest}
defined, wanted, elsewhere = set(), {}, set()
for line in symbols:
    match = re.match(r".*:([^:]+)\.o:[0-9a-f ]* ([A-Za-z]) (\S+)$", line.rstrip())
    if not match:
        continue
    member, kind, name = match.groups()
    if kind == "U":
        if member in names:
            wanted[name] = member
    elif kind.isupper():
        (defined if member in {p.stem for p in inside} else elsewhere).add(name)
for name in sorted(set(wanted) & elsewhere - defined):
    print(f"{wanted[name]}.c needs {name} of a higher layer")
EOF
	is "translation, exceptions and dumps need no higher layer" "$(cat wrong)" ""
else
	skip "translation, exceptions and dumps need no higher layer" "no nm, or no library here"
fi

done_testing
