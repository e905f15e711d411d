/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The assigned storage locations in order: SA22-7832 chapter 3, "Assigned
 * Storage Locations", and chapter 4, "Store Status".
 */
#include "arch/lowcore.h"

#include <string.h>

static const struct lowcore_field table[] = {
	{ 0x0080, 4, LOWCORE_NUMBER, "external_parameter", "external-interruption parameter" },
	{ 0x0084, 2, LOWCORE_NUMBER, "external_cpu_address", "external interruption: CPU address" },
	{ 0x0086, 2, LOWCORE_EXTERNAL_CODE, "external_code", "external-interruption code" },
	{ 0x0089, 1, LOWCORE_ILC, "svc_ilc", "supervisor call: instruction-length code" },
	{ 0x008a, 2, LOWCORE_NUMBER, "svc_code", "supervisor-call number" },
	{ 0x008d, 1, LOWCORE_ILC, "program_ilc", "program interruption: instruction-length code" },
	{ 0x008e, 2, LOWCORE_PROGRAM_CODE, "program_code", "program-interruption code" },
	{ 0x0090, 4, LOWCORE_DXC, "data_exception_code", "data-exception or vector-exception code" },
	{ 0x0094, 2, LOWCORE_NUMBER, "monitor_class", "monitor class" },
	{ 0x0096, 2, LOWCORE_PER_CODE, "per_code", "PER code" },
	{ 0x0098, 8, LOWCORE_ADDRESS, "per_address", "PER address" },
	{ 0x00a0, 1, LOWCORE_ACCESS_ID, "exception_access_id", "exception access identification" },
	{ 0x00a1, 1, LOWCORE_ACCESS_ID, "per_access_id", "PER access identification" },
	{ 0x00a2, 1, LOWCORE_NUMBER, "operand_access_id", "operand access identification" },
	{ 0x00a3, 1, LOWCORE_NUMBER, "architectural_mode", "architectural-mode identification" },
	{ 0x00a8, 8, LOWCORE_TEID, "teid", "translation-exception identification" },
	{ 0x00b0, 8, LOWCORE_NUMBER, "monitor_code", "monitor code" },
	{ 0x00b8, 4, LOWCORE_SUBCHANNEL, "subsystem_identification", "subsystem-identification word" },
	{ 0x00bc, 4, LOWCORE_NUMBER, "io_parameter", "I/O-interruption parameter" },
	{ 0x00c0, 4, LOWCORE_IO_WORD, "io_identification", "I/O-interruption-identification word" },
	{ 0x00c8, 4, LOWCORE_NUMBER, "facility_list", "facility list of STFL" },
	{ 0x00e8, 8, LOWCORE_MACHINE_CHECK, "machine_check_code", "machine-check-interruption code" },
	{ 0x00f4, 4, LOWCORE_EXTERNAL_DAMAGE, "external_damage_code", "external-damage code" },
	{ 0x00f8, 8, LOWCORE_ADDRESS, "failing_storage_address", "failing-storage address" },
	{ 0x0100, 8, LOWCORE_ADDRESS, "monitor_counter_origin", "enhanced-monitor counter-array origin" },
	{ 0x0108, 4, LOWCORE_NUMBER, "monitor_counter_size", "enhanced-monitor counter-array size" },
	{ 0x010c, 4, LOWCORE_NUMBER, "monitor_exceptions", "enhanced-monitor exception count" },
	{ 0x0110, 8, LOWCORE_ADDRESS, "breaking_event_address", "breaking-event address" },
	{ 0x0120, 16, LOWCORE_PSW, "restart_old_psw", "restart old PSW" },
	{ 0x0130, 16, LOWCORE_PSW, "external_old_psw", "external old PSW" },
	{ 0x0140, 16, LOWCORE_PSW, "svc_old_psw", "supervisor-call old PSW" },
	{ 0x0150, 16, LOWCORE_PSW, "program_old_psw", "program old PSW" },
	{ 0x0160, 16, LOWCORE_PSW, "machine_check_old_psw", "machine-check old PSW" },
	{ 0x0170, 16, LOWCORE_PSW, "io_old_psw", "I/O old PSW" },
	{ 0x01a0, 16, LOWCORE_PSW, "restart_new_psw", "restart new PSW" },
	{ 0x01b0, 16, LOWCORE_PSW, "external_new_psw", "external new PSW" },
	{ 0x01c0, 16, LOWCORE_PSW, "svc_new_psw", "supervisor-call new PSW" },
	{ 0x01d0, 16, LOWCORE_PSW, "program_new_psw", "program new PSW" },
	{ 0x01e0, 16, LOWCORE_PSW, "machine_check_new_psw", "machine-check new PSW" },
	{ 0x01f0, 16, LOWCORE_PSW, "io_new_psw", "I/O new PSW" },
	{ 0x11b0, 8, LOWCORE_ADDRESS, "machine_check_extended_area",
	  "machine-check-extended-save-area designation" },
	{ 0x11b8, 8, LOWCORE_NUMBER, "external_parameter_64", "external-interruption parameter, 64 bits" },
	{ 0x1200, 128, LOWCORE_REGISTERS, "saved_fprs", "saved floating-point registers" },
	{ 0x1280, 128, LOWCORE_REGISTERS, "saved_gprs", "saved general registers" },
	{ 0x1300, 16, LOWCORE_PSW, "saved_psw", "saved PSW" },
	{ 0x1318, 4, LOWCORE_ADDRESS, "saved_prefix", "saved prefix" },
	{ 0x131c, 4, LOWCORE_NUMBER, "saved_fpc", "saved floating-point-control register" },
	{ 0x1324, 4, LOWCORE_NUMBER, "saved_tod_programmable", "saved TOD programmable register" },
	{ 0x1328, 8, LOWCORE_NUMBER, "saved_cpu_timer", "saved CPU timer" },
	{ 0x1330, 8, LOWCORE_NUMBER, "saved_clock_comparator", "saved clock comparator, bits 0-55" },
	{ 0x1340, 64, LOWCORE_REGISTERS, "saved_acrs", "saved access registers" },
	{ 0x1380, 128, LOWCORE_REGISTERS, "saved_crs", "saved control registers" },
	{ 0x1800, 256, LOWCORE_BYTES, "transaction_diagnostic",
	  "program-interruption transaction-diagnostic block" },
};

#define COUNT	(sizeof(table) / sizeof(table[0]))

const struct lowcore_field *lowcore_table(size_t *count)
{
	*count = COUNT;
	return table;
}

const struct lowcore_field *lowcore_find(const char *key)
{
	size_t i;

	for (i = 0; i < COUNT; i++) {
		if (!strcmp(table[i].key, key))
			return &table[i];
	}
	return NULL;
}
