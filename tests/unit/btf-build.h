/* SPDX-License-Identifier: GPL-3.0-or-later */
/* BTF made record by record for the tests, in either byte order, good or not. */
#ifndef S390MEMCTL_TESTS_UNIT_BTF_BUILD_H
#define S390MEMCTL_TESTS_UNIT_BTF_BUILD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

struct btf_build {
	struct buf types, strings;
	uint32_t count;
	bool little;
};

/* Kinds, as in include/uapi/linux/btf.h. */
enum {
	K_INT = 1, K_PTR, K_ARRAY, K_STRUCT, K_UNION, K_ENUM, K_FWD, K_TYPEDEF, K_VOLATILE,
	K_CONST, K_RESTRICT, K_FUNC, K_FUNC_PROTO, K_VAR, K_DATASEC, K_FLOAT, K_DECL_TAG,
	K_TYPE_TAG, K_ENUM64,
};

#define B_FLAG 0x80000000U	/* kind_flag of info */

void btf_build_begin(struct btf_build *b, bool little);
/* Offset of a string that is appended; 0 for "". */
uint32_t btf_string(struct btf_build *b, const char *s);
/* A record; members of it follow by btf_word(). Its number is returned. */
uint32_t btf_type(struct btf_build *b, const char *name, unsigned int kind, unsigned int members,
		  uint32_t flag, uint32_t size_or_type);
void btf_word(struct btf_build *b, uint32_t word);
/* Three words: a member of a structure. */
void btf_member(struct btf_build *b, const char *name, uint32_t type, uint32_t offset);
/* An integer type. encoding: 1 signed, 2 char, 4 bool. */
uint32_t btf_int(struct btf_build *b, const char *name, uint32_t size, uint32_t encoding);
uint32_t btf_array(struct btf_build *b, uint32_t element, uint32_t count);
/* Header, types, strings; b is freed, out is to be freed. */
void btf_build_end(struct btf_build *b, struct buf *out);

/*
 * Types of a little kernel, big-endian or not:
 *   struct list { struct list *next, *prev; };
 *   enum state { RUNNING = 0, SLEEPING = 1, DEAD = -2 };  enum flags { A = 1, B = 2, C = 4 };
 *   typedef int pid_t;  typedef const pid_t cpid;
 *   struct task {                           bytes
 *	long unsigned int flags;             0
 *	union { int pid; cpid tid; };        8
 *	unsigned int on:1, prio:7;           12
 *	enum state state; enum flags f;      16, 20
 *	struct list tasks;                   24
 *	char comm[16];                       40
 *	int (*func)(struct task *, int);     56
 *	struct task *parent;                 64
 *	short int matrix[2][3];              72
 *	char *name;                          84 + 4: 88
 *	_Bool ok; signed char sc;            96, 97
 *	struct opaque *hidden;               104
 *	int tail[];                          112
 *   };                                      112 bytes
 *   struct task init_task (BTF_KIND_VAR)
 */
void btf_sample(struct buf *out, bool little);

#endif
