// SPDX-License-Identifier: GPL-2.0-only
/*
 * A plugin of QEMU for x86-64 guests: which cache lines does each CPU write while
 * it runs code of a kernel module, or what that calls?
 *
 *	-plugin stores.so,out=FILE
 *
 * A visit begins with the first instruction of a function in the memory of modules
 * and ends when the address that its caller pushed is loaded again, by the return.
 * Trampolines are in that memory too, so that visits nest; a store belongs to the
 * innermost. Its stores are kept, but those to the stack that it runs on; in an
 * interrupt the stack is another, and nothing is kept. FILE gets a line "ENTRY CPU
 * LINE PC COUNT" for each: where the visit began, and the instruction that wrote.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mark.h"
#include "plugin.h"

/* Documentation/arch/x86/x86_64/mm.rst of the kernel; one that is randomized */
#define KERNEL_START	0xffff800000000000ULL
#define MODULES_START	0xffffffffc0000000ULL
#define MODULES_END	0xffffffffff000000ULL

#define STACK_MASK	(~0x3fffULL)
#define LINE_MASK	(~0x3fULL)

int qemu_plugin_version = PLUGIN_VERSION;

#define CPUS		8
#define KEPT		1048576U
#define DEPTH		16

/**
 * struct visit - a call of a function in the memory of modules
 * @start: where its caller pushed the return address
 * @entry: its first instruction
 */
struct visit {
	uint64_t start;
	uint64_t entry;
};

/**
 * struct cpu - where a CPU is
 * @pushed: where the last call stored its return address
 * @called: whether nothing has returned since
 * @depth: how many visits are under way
 * @visits: these
 */
static struct cpu {
	uint64_t pushed;
	bool called;
	unsigned int depth;
	struct visit visits[DEPTH];
} cpus[CPUS];

/**
 * struct store - stores of a CPU to a line
 * @entry: the visit's first instruction
 * @line: address of the line
 * @pc: the instruction that stored
 * @count: times; 0: the entry of the table is free
 */
static struct store {
	uint64_t entry;
	uint64_t line;
	uint64_t pc;
	uint64_t count;
} stores[CPUS][KEPT];

static const char *out;

/* Only between the marks of a program. */
static bool looking;

static bool same_stack(uint64_t a, uint64_t b)
{
	return (a & STACK_MASK) == (b & STACK_MASK);
}

static void keep(unsigned int cpu, uint64_t entry, uint64_t line, uint64_t pc)
{
	uint64_t hash = (line ^ pc * 31 ^ entry * 17) * 0x9e3779b97f4a7c15ULL;
	unsigned int i = hash >> 44, n;

	for (n = 0; n < KEPT; n++, i = (i + 1) % KEPT) {
		struct store *s = &stores[cpu][i];

		if (s->count &&
		    (s->line != line || s->pc != pc || s->entry != entry))
			continue;
		*s = (struct store) { entry, line, pc, s->count + 1 };
		return;
	}
	fprintf(stderr, "stores: more than %u lines: trace less\n", KEPT);
	abort();
}

static void on_call(unsigned int index, uint32_t info, uint64_t addr,
		    void *data)
{
	struct cpu *cpu = &cpus[index];

	(void)data;
	if (qemu_plugin_mem_is_store(info)) {
		cpu->pushed = addr;
		cpu->called = true;
	}
}

static void on_access(unsigned int index, uint32_t info, uint64_t addr,
		      void *data)
{
	struct cpu *cpu = &cpus[index];
	struct visit *visit;

	if (addr == cpu->pushed) {
		/* A retpoline replaces its own return address by the callee's. */
		if (qemu_plugin_mem_is_store(info))
			cpu->pushed += sizeof(addr);
		else
			cpu->called = false;
	}
	if (!cpu->depth)
		return;
	visit = &cpu->visits[cpu->depth - 1];
	if (!qemu_plugin_mem_is_store(info)) {
		if (addr == visit->start)
			cpu->depth--;
	} else if (same_stack(cpu->pushed, visit->start) &&
		   !same_stack(addr, visit->start)) {
		keep(index, visit->entry, addr & LINE_MASK,
		     (uint64_t)(uintptr_t)data);
	}
}

/* At the first instruction of a block: a function's is one. */
static void on_module(unsigned int index, void *data)
{
	struct cpu *cpu = &cpus[index];

	if (!cpu->called || !__atomic_load_n(&looking, __ATOMIC_RELAXED))
		return;
	cpu->called = false;
	/* Of another task: it may never return here. */
	if (cpu->depth && !same_stack(cpu->visits[0].start, cpu->pushed))
		cpu->depth = 0;
	if (cpu->depth == DEPTH)
		return;
	cpu->visits[cpu->depth++] = (struct visit) {
		cpu->pushed, (uint64_t)(uintptr_t)data
	};
}

static void on_mark(unsigned int index, void *data)
{
	(void)index;
	__atomic_store_n(&looking, (uintptr_t)data == MARK_START,
			 __ATOMIC_RELAXED);
}

/* Return: the number of a mark; 0: it is none. */
static uint32_t mark_of(const struct qemu_plugin_insn *insn)
{
	uint8_t bytes[7];
	uint32_t number;

	if (qemu_plugin_insn_data(insn, bytes, sizeof(bytes)) < sizeof(bytes) ||
	    memcmp(bytes, MARK_OPCODE, 3))
		return 0;
	memcpy(&number, bytes + 3, sizeof(number));
	return number == MARK_START || number == MARK_STOP ? number : 0;
}

/* Of segments, which are padding here, of sizes, and REX. */
static bool is_prefix(uint8_t byte)
{
	return byte == 0x2e || byte == 0x3e || byte == 0x65 || byte == 0x66 ||
	       (byte & 0xf0) == 0x40;
}

/* call rel32, or call through a register or memory */
static bool is_call(const struct qemu_plugin_insn *insn)
{
	uint8_t bytes[16];
	size_t n = qemu_plugin_insn_data(insn, bytes, sizeof(bytes)), i = 0;

	while (i < n && is_prefix(bytes[i]))
		i++;
	return (i < n && bytes[i] == 0xe8) ||
	       (i + 1 < n && bytes[i] == 0xff && (bytes[i + 1] & 0x38) == 0x10);
}

static void on_translation(uint64_t id, struct qemu_plugin_tb *tb)
{
	size_t i, n = qemu_plugin_tb_n_insns(tb);

	(void)id;
	for (i = 0; i < n; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		uint64_t pc = qemu_plugin_insn_vaddr(insn);
		void *data = (void *)(uintptr_t)pc;

		if (pc < KERNEL_START) {
			data = (void *)(uintptr_t)mark_of(insn);
			if (data)
				qemu_plugin_register_vcpu_insn_exec_cb(insn, on_mark,
								       PLUGIN_NO_REGS,
								       data);
			continue;
		}
		if (!i && pc >= MODULES_START && pc < MODULES_END)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, on_module,
							       PLUGIN_NO_REGS, data);
		qemu_plugin_register_vcpu_mem_cb(insn, is_call(insn) ?
						 on_call : on_access,
						 PLUGIN_NO_REGS, PLUGIN_MEM_RW, data);
	}
}

static void on_end(uint64_t id, void *data)
{
	FILE *file = fopen(out, "w");
	unsigned int cpu, i;

	(void)id;
	(void)data;
	if (!file) {
		perror(out);
		return;
	}
	for (cpu = 0; cpu < CPUS; cpu++) {
		for (i = 0; i < KEPT; i++) {
			const struct store *s = &stores[cpu][i];

			if (s->count)
				fprintf(file, "%llx %u %llx %llx %llu\n",
					(unsigned long long)s->entry, cpu,
					(unsigned long long)s->line,
					(unsigned long long)s->pc,
					(unsigned long long)s->count);
		}
	}
	fclose(file);
}

int qemu_plugin_install(uint64_t id, const void *info, int argc, char **argv)
{
	(void)info;
	if (argc != 1 || strncmp(argv[0], "out=", 4)) {
		fprintf(stderr, "stores: say where to write with out=FILE\n");
		return -1;
	}
	out = strdup(argv[0] + 4);
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
	qemu_plugin_register_atexit_cb(id, on_end, NULL);
	return 0;
}
