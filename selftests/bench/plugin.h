/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What stores.c uses of QEMU's interface for plugins. Distributions ship QEMU
 * without its header; the interface is versioned, and stable.
 */
#ifndef SELFTESTS_BENCH_PLUGIN_H
#define SELFTESTS_BENCH_PLUGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PLUGIN_VERSION	2

#define PLUGIN_EXPORT	__attribute__((visibility("default")))

/* The callback reads no registers. */
#define PLUGIN_NO_REGS	0

/* Loads and stores. */
#define PLUGIN_MEM_RW	3

struct qemu_plugin_tb;
struct qemu_plugin_insn;

void qemu_plugin_register_vcpu_tb_trans_cb(uint64_t id,
					   void (*cb)(uint64_t id,
						      struct qemu_plugin_tb *));
void qemu_plugin_register_atexit_cb(uint64_t id,
				    void (*cb)(uint64_t id, void *data),
				    void *data);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn,
					    void (*cb)(unsigned int cpu,
						       void *data),
					    int flags, void *data);
void qemu_plugin_register_vcpu_mem_cb(struct qemu_plugin_insn *insn,
				      void (*cb)(unsigned int cpu,
						 uint32_t info, uint64_t addr,
						 void *data),
				      int flags, int rw, void *data);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *
qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t i);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
size_t qemu_plugin_insn_data(const struct qemu_plugin_insn *insn, void *dest,
			     size_t len);
bool qemu_plugin_mem_is_store(uint32_t info);

/* What QEMU looks up. */
extern PLUGIN_EXPORT int qemu_plugin_version;
PLUGIN_EXPORT int qemu_plugin_install(uint64_t id, const void *info, int argc,
				      char **argv);

#endif /* SELFTESTS_BENCH_PLUGIN_H */
