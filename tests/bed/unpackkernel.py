# SPDX-License-Identifier: GPL-3.0-or-later
"""Unpacks the kernel of a bzImage on the host, for machines that are slow at it.

Hercules takes almost a minute to unpack Debian's 6.1, packed with xz, once for
the bed and once more for the nested guest; and ten seconds for 6.12, packed
with zstd. The image on s390 is the memory from address 0 on, of a small program
(arch/s390/boot) with one function that unpacks the kernel proper. That function
is replaced by a few instructions, which take the unpacked kernel from where it
is loaded beside the image. Everything else is as Debian built it, and so is the
kernel.
"""

import ctypes
import lzma
import struct

LGRL = (0xC4, 0x08)  # opcode, its second half in the low digit of byte 1
BRASL_R14 = b"\xc0\xe5"
# stmg %r6,%r15,72(%r15): how a function begins that uses all registers
PROLOGUE = b"\xeb\x6f\xf0\x48\x00\x24"
# How far behind its beginning the function loads the payload's address.
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


def _find_unpacker(image, payload):
    """The address of the function that unpacks, None when it is not recognized.

    It is the one that loads the payload's address, from a table of addresses,
    and it is called from one place.
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


def _unpack_xz(data):
    return lzma.LZMADecompressor().decompress(data)


def _unpack_zstd(data):
    # Python 3.11 has no module for zstd; dpkg needs the library.
    zstd = ctypes.CDLL("libzstd.so.1")
    for function in (zstd.ZSTD_findFrameCompressedSize, zstd.ZSTD_decompress):
        function.restype = ctypes.c_size_t
    packed = zstd.ZSTD_findFrameCompressedSize(data, ctypes.c_size_t(len(data)))
    if zstd.ZSTD_isError(ctypes.c_size_t(packed)):
        raise ValueError("no zstd frame")
    # The kernel's Makefiles append the unpacked size to the frame.
    (size,) = struct.unpack_from("<I", data, packed)
    kernel = ctypes.create_string_buffer(size)
    done = zstd.ZSTD_decompress(
        kernel, ctypes.c_size_t(size), data, ctypes.c_size_t(packed)
    )
    if done != size:
        raise ValueError("damaged zstd frame")
    return kernel.raw


def _return_address(address, _size):
    """void *decompress_kernel(void), of 6.1: returns where the kernel is."""
    return struct.pack(
        ">HIH",
        0xC02F, address,  # llilf %r2,address
        0x07FE,           # br %r14
    )  # fmt: skip


def _copy(address, size):
    """void deploy_kernel(void *output), of 6.12: puts the kernel there."""
    return struct.pack(
        ">HIHIHIIIH",
        0xC03F, size,     # llilf %r3,size
        0xC04F, address,  # llilf %r4,address
        0xC05F, size,     # llilf %r5,size
        0xA8240000,       # mvcle %r2,%r4,0
        0xA714FFFE,       # jo .-4
        0x07FE,           # br %r14
    )  # fmt: skip


def set_storage_keys(address, count):
    """Instructions that give that many blocks of 4 KiB the storage keys 0, 2, 4...

    A byte of each is stored before: under Hercules, SSKE for a block that the guest
    has not got yet is intercepted and begun anew for ever.
    """
    return struct.pack(
        ">HIHIIIIIII",
        0xC02F, address,  # llilf %r2,address
        0xC03F, count,    # llilf %r3,count
        0xA7490000,       # lghi %r4,0
        0x92002000,       # mvi 0(%r2),0
        0xB22B0042,       # sske %r4,%r2
        0xA74B0002,       # aghi %r4,2
        0xA72B1000,       # aghi %r2,4096
        0xA737FFF8,       # brctg %r3,.-16
    )  # fmt: skip


# How the kernel is packed: the magic number, how to unpack it, what replaces
# the function that would.
PACKERS = (
    (b"\xfd7zXZ\x00", _unpack_xz, _return_address),
    (b"\x28\xb5\x2f\xfd", _unpack_zstd, _copy),
)


def unpack_kernel(image, address, before=b""):
    """(image, kernel): what to load at 0 and at the address.

    before: instructions that are executed first, which may change %r0 to %r5. None
    when the image is not understood; then it is to be loaded as it is.
    """
    for magic, unpack, replacement in PACKERS:
        # The first match may be the magic number that the unpacker knows.
        payload = image.rfind(magic)
        start = _find_unpacker(image, payload) if payload >= 0 else None
        if start is None:
            continue
        try:
            kernel = unpack(image[payload:])
        except (lzma.LZMAError, OSError, ValueError):
            continue
        code = before + replacement(address, len(kernel))
        return image[:start] + code + image[start + len(code) :], kernel
    return None
