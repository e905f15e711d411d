#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""patch-sie.py IN OUT: give a kvm.ko for a machine without SIE a stand-in that honours the wait state.

Where the machine (stock QEMU/TCG) has no START INTERPRETIVE EXECUTION, the kernel's sie64a takes a
program check at once and returns -EFAULT; KVM_RUN then loops for ever: no vCPU is ever idle.  Here
the symbol sie64a (__sie64a since 6.11) is pointed at a few instructions inside the module:

    PSW bit 14 (wait) on:  set the interception code to 0x1c (wait state) and return 0, which is what
                           SIE itself does with a wait-state PSW.  KVM's kvm_s390_handle_wait() then
                           blocks the thread inside KVM_RUN, as for a real idle guest.
    else:                  return -EFAULT, as without this edit: the vCPU is busy in KVM_RUN.

SIE block offsets (arch/s390/include/asm/kvm_host.h, struct kvm_s390_sie_block): icptcode 0x50, gpsw
0x90.  The instructions take the place of part of a function that needs an Ultravisor and so is never
called on such a machine; nothing that KVM_S390_MEM_OP runs through is touched.
"""
import struct
import sys

HOME = "kvm_s390_pv_dump_complete"	# the function whose body is used
SKIP = 0x40				# its first bytes (ftrace call site, prologue) stay
R_390_NONE = 0
SHT_PROGBITS, SHT_SYMTAB, SHT_RELA = 1, 2, 4


def stand_in(base):
	"""The instructions, with the SIE block's address in general register BASE."""
	return b"".join((
		struct.pack(">BBH", 0x91, 0x02, base << 12 | 0x91),	# tm   0x91(base),0x02
		bytes.fromhex("a7840007"),				# je   .+14
		struct.pack(">BBH", 0x92, 0x1c, base << 12 | 0x50),	# mvi  0x50(base),0x1c
		bytes.fromhex("a7290000"),				# lghi %r2,0
		bytes.fromhex("07fe"),					# br   %r14
		bytes.fromhex("a729fff2"),				# lghi %r2,-14
		bytes.fromhex("07fe"),					# br   %r14
	))


class Module:
	"""Just enough of a big-endian ELF64 relocatable file."""

	def __init__(self, data):
		self.data = bytearray(data)
		if self.data[:6] != b"\x7fELF\x02\x02":
			sys.exit("patch-sie: not a big-endian ELF64 file")
		shoff, = struct.unpack_from(">Q", self.data, 40)
		size, count, self.names = struct.unpack_from(">HHH", self.data, 58)
		self.sections = [struct.unpack_from(">IIQQQQIIQQ", self.data, shoff + i * size)
				 for i in range(count)]

	def symbols(self):
		"""(file offset, name, section index, value, size) of every symbol"""
		for section in self.sections:
			if section[1] != SHT_SYMTAB:
				continue
			strings = self.sections[section[6]][4]
			for off in range(section[4], section[4] + section[5], 24):
				name, _, _, shndx, value, size = struct.unpack_from(">IBBHQQ", self.data, off)
				end = self.data.index(b"\0", strings + name)
				yield off, self.data[strings + name:end].decode(), shndx, value, size

	def drop_relocations(self, index, start, end):
		"""Neutralise the relocations of section INDEX between START and END."""
		for section in self.sections:
			if section[1] != SHT_RELA or section[7] != index:
				continue
			for off in range(section[4], section[4] + section[5], 24):
				where, = struct.unpack_from(">Q", self.data, off)
				if start - 8 < where < end:
					struct.pack_into(">Q", self.data, off + 8, R_390_NONE)


def main():
	if len(sys.argv) != 3:
		sys.exit("usage: patch-sie.py IN OUT")
	with open(sys.argv[1], "rb") as file:
		module = Module(file.read())
	home = [s for s in module.symbols() if s[1] == HOME and s[2]]
	entry = [s for s in module.symbols() if s[1] in ("sie64a", "__sie64a") and s[2] == 0]
	if len(home) != 1 or len(entry) != 1:
		sys.exit("patch-sie: %s: sie64a or %s not found" % (sys.argv[1], HOME))
	_, _, index, value, size = home[0]
	off, name, _, _, _ = entry[0]
	# sie64a(sie_block, gprs) until 6.10; __sie64a(sie_block_phys, sie_block, gprs, gasce) since
	code = stand_in(2 if name == "sie64a" else 3)
	if SKIP + len(code) > size:
		sys.exit("patch-sie: %s is too short" % HOME)
	start = value + SKIP
	module.drop_relocations(index, start, start + len(code))
	at = module.sections[index][4] + start
	module.data[at:at + len(code)] = code
	struct.pack_into(">BBHQQ", module.data, off + 4, 0x12, 0, index, start, len(code))
	with open(sys.argv[2], "wb") as file:
		file.write(module.data)
	print("%s -> %s+%#x (%d bytes)" % (name, HOME, SKIP, len(code)))


main()
