// SPDX-License-Identifier: GPL-2.0-only
/*
 * Count the calls of each FUNCTION with a BPF trampoline, at its entry or at its
 * exit: bpf_probe fentry|fexit FUNCTION... When they are there, and for every line
 * that comes on standard input, print the numbers so far.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/btf.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define BTF	"/sys/kernel/btf/vmlinux"

/* Newer than some headers. */
#define KIND_DECL_TAG	17
#define KIND_ENUM64	19

static char *read_btf(size_t *size)
{
	int fd = open(BTF, O_RDONLY | O_CLOEXEC);
	struct stat st;
	char *btf;
	ssize_t len = 0;

	if (fd < 0)
		err(4, BTF);
	if (fstat(fd, &st))
		err(1, BTF);
	btf = malloc((size_t)st.st_size);
	for (*size = 0; btf && *size < (size_t)st.st_size; *size += (size_t)len) {
		len = read(fd, btf + *size, (size_t)st.st_size - *size);
		if (len <= 0)
			err(1, BTF);
	}
	close(fd);
	return btf;
}

/* Bytes behind a type that belong to it. */
static size_t size_of_rest(const struct btf_type *type)
{
	const size_t n = BTF_INFO_VLEN(type->info);

	switch (BTF_INFO_KIND(type->info)) {
	case BTF_KIND_INT:
	case BTF_KIND_VAR:
	case KIND_DECL_TAG:
		return sizeof(__u32);
	case BTF_KIND_ARRAY:
		return sizeof(struct btf_array);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return n * sizeof(struct btf_member);
	case BTF_KIND_ENUM:
		return n * sizeof(struct btf_enum);
	case KIND_ENUM64:
		return n * 3 * sizeof(__u32);
	case BTF_KIND_FUNC_PROTO:
		return n * sizeof(struct btf_param);
	case BTF_KIND_DATASEC:
		return n * sizeof(struct btf_var_secinfo);
	default:
		return 0;
	}
}

static __u32 find_function(const char *btf, const char *name)
{
	const struct btf_header *header = (const struct btf_header *)btf;
	const char *types = btf + header->hdr_len + header->type_off;
	const char *names = btf + header->hdr_len + header->str_off;
	const char *at;
	__u32 id = 0;

	for (at = types; at < types + header->type_len;) {
		const struct btf_type *type = (const struct btf_type *)at;

		id++;
		if (BTF_INFO_KIND(type->info) == BTF_KIND_FUNC &&
		    !strcmp(names + type->name_off, name))
			return id;
		at += sizeof(*type) + size_of_rest(type);
	}
	errx(1, "%s: it is not in the kernel's BTF", name);
}

/* Return: the program, which is attached as long as we live. */
static int attach(enum bpf_attach_type type, __u32 function)
{
	const struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr attr = {
		.prog_type = BPF_PROG_TYPE_TRACING,
		.expected_attach_type = type,
		.attach_btf_id = function,
		.insns = (uintptr_t)insns,
		.insn_cnt = sizeof(insns) / sizeof(*insns),
		.license = (uintptr_t)"GPL",
	};
	int program = syscall(__NR_bpf, BPF_PROG_LOAD, &attr, sizeof(attr));

	if (program < 0)
		err(4, "BPF_PROG_LOAD");
	attr = (union bpf_attr){ .raw_tracepoint.prog_fd = (__u32)program };
	if (syscall(__NR_bpf, BPF_RAW_TRACEPOINT_OPEN, &attr, sizeof(attr)) < 0)
		err(4, "BPF_RAW_TRACEPOINT_OPEN");
	return program;
}

static void count_runs(void)
{
	union bpf_attr attr = { .enable_stats.type = BPF_STATS_RUN_TIME };

	if (syscall(__NR_bpf, BPF_ENABLE_STATS, &attr, sizeof(attr)) < 0)
		err(4, "BPF_ENABLE_STATS");
}

static unsigned long long runs(int program)
{
	unsigned long long count = 0;
	char path[64], line[256];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", program);
	file = fopen(path, "re");
	if (!file)
		err(1, "%s", path);
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "run_cnt: %llu", &count) == 1)
			break;
	fclose(file);
	return count;
}

int main(int argc, char **argv)
{
	int programs[argc], i;
	char line[16], *btf;
	size_t size;

	if (argc < 3)
		errx(2, "usage: bpf_probe fentry|fexit FUNCTION...");
	btf = read_btf(&size);
	count_runs();
	for (i = 2; i < argc; i++)
		programs[i] = attach(strcmp(argv[1], "fexit") ? BPF_TRACE_FENTRY :
							       BPF_TRACE_FEXIT,
				     find_function(btf, argv[i]));
	free(btf);
	do {
		for (i = 2; i < argc; i++)
			printf("%llu ", runs(programs[i]));
		putchar('\n');
		fflush(stdout);
	} while (fgets(line, sizeof(line), stdin));
	return 0;
}
