/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The main program of a fuzz target that is built without libFuzzer: the files
 * named, and those in the folders named, are its inputs, each once.
 */
#include <dirent.h>
#include <sys/stat.h>

#include "fuzz.h"

#define INPUT_MAX	(1 << 20)	/* bytes of a file */

/* Some targets have none. */
int LLVMFuzzerInitialize(int *argc, char ***argv) __attribute__((weak));

static void replay(const char *path)
{
	uint8_t *data = malloc(INPUT_MAX), *exact;
	FILE *file = fopen(path, "re");
	size_t size;

	if (!file) {
		perror(path);
		exit(2);
	}
	FUZZ_CHECK(data);
	size = fread(data, 1, INPUT_MAX, file);
	fclose(file);
	/* No more than there is: for the sanitizers. */
	exact = realloc(data, size ? size : 1);
	FUZZ_CHECK(exact);
	fprintf(stderr, "%s: %zu bytes\n", path, size);
	LLVMFuzzerTestOneInput(exact, size);
	free(exact);
}

static size_t replay_all(const char *path)
{
	struct dirent **names;
	struct stat st;
	char *inner;
	int n, i;

	if (stat(path, &st) || !S_ISDIR(st.st_mode)) {
		replay(path);
		return 1;
	}
	n = scandir(path, &names, NULL, alphasort);
	FUZZ_CHECK(n >= 0);
	for (i = 0; i < n; i++) {
		FUZZ_CHECK(asprintf(&inner, "%s/%s", path, names[i]->d_name) >= 0);
		if (names[i]->d_name[0] != '.')
			replay(inner);
		free(inner);
		free(names[i]);
	}
	free(names);
	return n > 2 ? (size_t)n - 2 : 0;
}

int main(int argc, char **argv)
{
	size_t count = 0;
	int i;

	if (LLVMFuzzerInitialize)
		LLVMFuzzerInitialize(&argc, &argv);
	for (i = 1; i < argc; i++)
		count += replay_all(argv[i]);
	printf("%zu inputs\n", count);
	return count ? 0 : 1;
}
