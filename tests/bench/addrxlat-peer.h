/* SPDX-License-Identifier: GPL-3.0-or-later */
/* libkdumpfile's addrxlat, as the peer of our translation. */
#ifndef S390MEMCTL_TESTS_ADDRXLAT_PEER_H
#define S390MEMCTL_TESTS_ADDRXLAT_PEER_H

#include <stddef.h>
#include <stdint.h>

/* Absolute storage from address at on, where the tables are. */
struct addrxlat_tables {
	const unsigned char *bytes;
	uint64_t at, len;
};

/* Is it there at all? If not, the others must not be called. */
int addrxlat_peer_is_there(void);
/* From now on translate by these tables, as the ASCE says; they are used until the next call. */
void addrxlat_peer_open(const struct addrxlat_tables *tables, uint64_t asce);
/* The absolute address; the program ends if there is none. */
uint64_t addrxlat_peer_walk(uint64_t virtual);

#endif
