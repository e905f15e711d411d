# SPDX-License-Identifier: GPL-3.0-or-later
"""Unpacks the kernel of a bzImage on the host, for machines that are slow at it.

Debian's 6.1 is packed with xz. Hercules takes almost a minute to unpack it,
once for the bed and once more for the nested guest. The image on s390 is the
memory from address 0 on, of a small program (arch/s390/boot) whose function
decompress_kernel() returns where it has put the kernel proper. That function
is replaced by two instructions, which return the address where the unpacked
kernel is loaded beside the image:

       llilf  %r2,ADDRESS
       br     %r14

Everything else is as Debian built it, and so is the kernel.
"""

import lzma
import struct

XZ_MAGIC = b"\xfd7zXZ\x00"
LGRL = (0xC4, 0x08)  # opcode, its second half in the low digit of byte 1
BRASL_R14 = b"\xc0\xe5"
# stmg %r6,%r15,72(%r15): how a function begins that uses all registers
PROLOGUE = b"\xeb\x6f\xf0\x48\x00\x24"
# How far behind its beginning decompress_kernel() loads the payload's address.
PROLOGUE_WINDOW = 64


def _relative_target(image, at):
    """What a relative-long instruction at that address refers to."""
    (halfwords,) = struct.unpack_from(">i", image, at + 2)
    return at + 2 * halfwords


def _references(image, end, matches, target):
    """Addresses below end of the instructions that match and refer to target."""
    return [
        at
        for at in range(0, end, 2)
        if matches(image, at) and _relative_target(image, at) == target
    ]


def _is_lgrl(image, at):
    return image[at] == LGRL[0] and image[at + 1] & 0xF == LGRL[1]


def _is_brasl(image, at):
    return image[at : at + 2] == BRASL_R14


def _find_decompress_kernel(image, payload):
    """The address of decompress_kernel(), None when it is not recognized.

    It is the function that loads the payload's address, from a table of
    addresses, and it is called from one place.
    """
    pointer = image.find(struct.pack(">Q", payload))
    if pointer < 0:
        return None
    loads = _references(image, payload, _is_lgrl, pointer)
    if len(loads) != 1:
        return None
    start = image.rfind(PROLOGUE, loads[0] - PROLOGUE_WINDOW, loads[0])
    if start < 0 or len(_references(image, payload, _is_brasl, start)) != 1:
        return None
    return start


def unpack_kernel(image, address):
    """(image, kernel): what to load at 0 and at the address.

    None when the image is packed in another way than xz or is not understood;
    then it is to be loaded as it is.
    """
    payload = image.rfind(XZ_MAGIC)
    if payload < 0:
        return None
    try:
        kernel = lzma.LZMADecompressor().decompress(image[payload:])
    except lzma.LZMAError:
        return None
    start = _find_decompress_kernel(image, payload)
    if start is None:
        return None
    code = struct.pack(">HIH", 0xC02F, address, 0x07FE)
    return image[:start] + code + image[start + len(code) :], kernel
