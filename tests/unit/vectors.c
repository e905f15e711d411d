/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vectors.h"

#include <string.h>

#ifdef __s390x__
#include <sys/auxv.h>

#define HAS_VX 2048	/* HWCAP_S390_VXRS */

bool vectors_exist(void)
{
	return getauxval(AT_HWCAP) & HAS_VX;
}

static void through_registers(const unsigned char *in, unsigned char *out)
{
	uint64_t count = 20000;

	/* vlm and vstm of 16 registers: v16 to v31 */
	asm volatile(".machine push\n\t.machine z13\n\t"
		     "vlm %%v16, %%v31, 0(%1)\n"
		     "0:\tbrctg %0, 0b\n\t"
		     "vstm %%v16, %%v31, 0(%2)\n\t.machine pop"
		     : "+d" (count) : "a" (in), "a" (out)
		     : "memory", "cc", "v16", "v17", "v18", "v19", "v20", "v21", "v22", "v23",
		       "v24", "v25", "v26", "v27", "v28", "v29", "v30", "v31");
}
#else
bool vectors_exist(void)
{
	return __builtin_cpu_supports("avx");
}

static void through_avx512(const unsigned char *in, unsigned char *out)
{
	uint64_t count = 20000;

	asm volatile("kmovw (%1), %%k1\n\t"
		     "vmovdqu64 (%1), %%zmm16\n\t"
		     "vmovdqu64 64(%1), %%zmm17\n\t"
		     "vmovdqu64 128(%1), %%zmm30\n\t"
		     "vmovdqu64 192(%1), %%zmm31\n"
		     "0:\tdec %0\n\tjnz 0b\n\t"
		     "vmovdqu64 %%zmm16, (%2)\n\t"
		     "vmovdqu64 %%zmm17, 64(%2)\n\t"
		     "vmovdqu64 %%zmm30, 128(%2)\n\t"
		     "vmovdqu64 %%zmm31, 192(%2)\n\t"
		     "kmovw %%k1, (%2)"
		     : "+r" (count) : "r" (in), "r" (out) : "memory", "cc");
}

static void through_avx(const unsigned char *in, unsigned char *out)
{
	uint64_t count = 20000;

	memcpy(out, in, 256);
	asm volatile("vmovdqu (%1), %%ymm8\n\t"
		     "vmovdqu 32(%1), %%ymm9\n\t"
		     "vmovdqu 64(%1), %%ymm14\n\t"
		     "vmovdqu 96(%1), %%ymm15\n"
		     "0:\tdec %0\n\tjnz 0b\n\t"
		     "vmovdqu %%ymm8, (%2)\n\t"
		     "vmovdqu %%ymm9, 32(%2)\n\t"
		     "vmovdqu %%ymm14, 64(%2)\n\t"
		     "vmovdqu %%ymm15, 96(%2)\n\t"
		     "vzeroupper"
		     : "+r" (count) : "r" (in), "r" (out)
		     : "memory", "cc", "xmm8", "xmm9", "xmm14", "xmm15");
}

static void through_registers(const unsigned char *in, unsigned char *out)
{
	if (__builtin_cpu_supports("avx512f"))
		through_avx512(in, out);
	else
		through_avx(in, out);
}
#endif

bool vectors_stay(uint64_t seed)
{
	unsigned char in[256], out[256];
	unsigned int i;

	for (i = 0; i < sizeof(in); i++) {
		seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
		in[i] = (unsigned char)(seed >> 56);
	}
	memset(out, 0, sizeof(out));
	through_registers(in, out);
	return !memcmp(in, out, sizeof(in));
}
