/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "addrxlat-peer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arch/dat-bits.h"

#ifdef HAVE_LIBADDRXLAT
#include <libkdumpfile/addrxlat.h>

#define PAGE 4096ULL

static addrxlat_ctx_t *ctx;
static addrxlat_sys_t *sys;
static addrxlat_meth_t meth;
static struct addrxlat_tables tables;

int addrxlat_peer_is_there(void)
{
	return 1;
}

static void put_page(const addrxlat_buffer_t *buf)
{
	(void)buf;
}

static addrxlat_status get_page(const addrxlat_cb_t *cb, addrxlat_buffer_t *buf)
{
	uint64_t at = (buf->addr.addr & -PAGE) - tables.at;

	(void)cb;
	if (at >= tables.len)
		return ADDRXLAT_ERR_NODATA;
	buf->addr.addr &= -PAGE;
	buf->ptr = tables.bytes + at;
	buf->size = PAGE;
	buf->byte_order = ADDRXLAT_BIG_ENDIAN;
	buf->put_page = put_page;
	return ADDRXLAT_OK;
}

static unsigned long read_caps(const addrxlat_cb_t *cb)
{
	(void)cb;
	return ADDRXLAT_CAPS(ADDRXLAT_MACHPHYSADDR);
}

void addrxlat_peer_open(const struct addrxlat_tables *storage, uint64_t asce)
{
	const addrxlat_paging_form_t form = {
		.pte_format = ADDRXLAT_PTE_S390X,
		.nfields = (unsigned short)(3 + ((asce & ASCE_TYPE) >> 2)),
		.fieldsz = { 12, 8, 11, 11, 11, 11 },
	};
	addrxlat_cb_t *cb;

	if (ctx)
		addrxlat_ctx_decref(ctx);
	if (sys)
		addrxlat_sys_decref(sys);
	ctx = addrxlat_ctx_new();
	sys = addrxlat_sys_new();
	cb = ctx && sys ? addrxlat_ctx_add_cb(ctx) : NULL;
	if (!cb)
		abort();
	tables = *storage;
	cb->get_page = get_page;
	cb->read_caps = read_caps;
	meth.kind = ADDRXLAT_PGT;
	meth.target_as = ADDRXLAT_MACHPHYSADDR;
	meth.param.pgt.root.as = ADDRXLAT_MACHPHYSADDR;
	meth.param.pgt.root.addr = asce & ASCE_ORIGIN;
	meth.param.pgt.pf = form;
}

uint64_t addrxlat_peer_walk(uint64_t virtual)
{
	addrxlat_step_t step;

	memset(&step, 0, sizeof(step));
	step.ctx = ctx;
	step.sys = sys;
	step.meth = &meth;
	step.base.as = ADDRXLAT_KVADDR;
	step.base.addr = virtual;
	if (addrxlat_walk(&step) != ADDRXLAT_OK) {
		fprintf(stderr, "benchmark: addrxlat: %s\n", addrxlat_ctx_get_err(ctx));
		exit(2);
	}
	return step.base.addr;
}
#else
int addrxlat_peer_is_there(void)
{
	return 0;
}

void addrxlat_peer_open(const struct addrxlat_tables *tables, uint64_t asce)
{
	(void)tables;
	(void)asce;
}

uint64_t addrxlat_peer_walk(uint64_t virtual)
{
	(void)virtual;
	abort();
}
#endif
