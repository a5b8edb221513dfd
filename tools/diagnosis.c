// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "array.h"
#include "diagnosis.h"
#include "signature.h"

#define KPROBES	"/sys/kernel/debug/kprobes/"
#define HOOK	"security_socket_bind"
#define DKMS	"/var/lib/dkms/sockbind"

#define LINE_SIZE	256

/**
 * diagnosis_line() - first line of a file
 * @path: its path
 * @line: result, without the newline; "": it cannot be read
 * @size: bytes there
 *
 * Return: whether it could be read.
 */
bool diagnosis_line(const char *path, char *line, size_t size)
{
	FILE *file = fopen(path, "re");
	bool read = file && fgets(line, (int)size, file);

	if (!read)
		line[0] = '\0';
	line[strcspn(line, "\n")] = '\0';
	if (file)
		fclose(file);
	return read;
}

static bool says(const char *path, const char *value)
{
	char line[LINE_SIZE];

	return diagnosis_line(path, line, sizeof(line)) && !strcmp(line, value);
}

/* A line that has both; @also may be "". */
static bool has_line(const char *path, const char *text, const char *also)
{
	FILE *file = fopen(path, "re");
	char line[LINE_SIZE];
	bool found = false;

	if (!file)
		return false;
	while (!found && fgets(line, sizeof(line), file))
		found = strstr(line, text) && strstr(line, also);
	fclose(file);
	return found;
}

static bool is_here(const char *path)
{
	return !access(path, F_OK);
}

static bool wants_signatures(void)
{
	return says("/sys/module/module/parameters/sig_enforce", "Y") ||
	       has_line("/sys/kernel/security/lockdown", "[integrity]", "") ||
	       has_line("/sys/kernel/security/lockdown", "[confidentiality]",
			"");
}

/* A kernel that does not list its functions may have it. */
static bool lacks_function(const char *line_end)
{
	return is_here("/proc/kallsyms") &&
	       !has_line("/proc/kallsyms", line_end, "");
}

/*
 * dkms has the sources, and no module of them for this kernel. Returns NULL if that
 * is not so.
 */
static const char *why_not_built(void)
{
	static char text[LINE_SIZE];
	struct utsname uts;
	char path[LINE_SIZE];

	if (!is_here(DKMS) || uname(&uts))
		return NULL;
	snprintf(path, sizeof(path), DKMS "/kernel-%s-%s", uts.release,
		 uts.machine);
	if (is_here(path))
		return NULL;
	snprintf(path, sizeof(path), "/lib/modules/%s/build", uts.release);
	if (is_here(path))
		return "the module was not built for this kernel: \"dkms autoinstall\" says why";
	snprintf(text, sizeof(text),
		 "the module was not built for this kernel, whose headers are missing: \"%s-%s\", and \"dkms autoinstall; modprobe sockbind\"",
		 is_here("/etc/debian_version") ? "apt install linux-headers" :
						  "dnf install kernel-devel",
		 uts.release);
	return text;
}

/* The module is not loaded. */
static const char *why_not_loaded(void)
{
	const char *why;

	if (!is_here("/proc/modules"))
		return "the kernel has no CONFIG_MODULES: install one that has it";
	if (lacks_function(" register_kprobe\n"))
		return "the kernel has no CONFIG_KPROBES: install one that has it";
	if (lacks_function(" " HOOK "\n"))
		return "the kernel has no CONFIG_SECURITY_NETWORK: install one that has it";
	if (says("/proc/sys/kernel/modules_disabled", "1"))
		return "kernel.modules_disabled is 1: boot, and load the module before";
	why = why_not_built();
	if (why)
		return why;
	why = signature_fault(wants_signatures());
	if (why)
		return why;
	return "the module is not loaded: \"modprobe sockbind\"";
}

/**
 * diagnosis_no_device() - why the device cannot be opened
 * @device: its path
 *
 * Return: a sentence, or NULL: there is no more to say than the error.
 */
const char *diagnosis_no_device(const char *device)
{
	const int fd = open(device, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd >= 0) {
		close(fd);
		return NULL;
	}
	switch (errno) {
	case ENOENT:
		if (!is_here("/sys/module/sockbind"))
			return why_not_loaded();
		return "loaded, but not here: give the container \"--device /dev/sockbind\"";
	case ENXIO:
	case ENODEV:
		if (!is_here("/sys/module/sockbind"))
			return why_not_loaded();
		return "left over from an earlier load: start the container again";
	case EPERM:
	case EACCES:
		if (geteuid())
			return NULL;
		return "the container may not open it: give it \"--device /dev/sockbind\"";
	default:
		return NULL;
	}
}

/**
 * diagnosis_ftrace_is_off() - say whether ftrace is switched off
 *
 * Return: true if it is known to be.
 */
bool diagnosis_ftrace_is_off(void)
{
	return says("/proc/sys/kernel/ftrace_enabled", "0");
}

/**
 * diagnosis_unseen() - why the kernel does not run a probe
 *
 * Return: a sentence.
 */
const char *diagnosis_unseen(void)
{
	if (says(KPROBES "enabled", "0"))
		return "all probes are off: \"echo 1 >" KPROBES "enabled\"";
	if (diagnosis_ftrace_is_off())
		return "ftrace is off, which probes use: \"sysctl kernel.ftrace_enabled=1\"";
	if (has_line(KPROBES "list", HOOK, "[DISABLED]"))
		return "the probe is disabled: load the module again";
	if (!is_here(KPROBES "enabled"))
		return "\"mount -t debugfs none /sys/kernel/debug\" shows whether probes are off";
	return "the probe does not run: load the module again, and look into dmesg";
}

/*
 * A record of /dev/kmsg is "PRIORITY,...;TEXT", and lines that begin with a
 * blank.
 */
static const char *log_text(char *record)
{
	char *text = strchr(record, ';');

	if (!text)
		return "";
	text[strcspn(text, "\n")] = '\0';
	return text + 1;
}

/**
 * diagnosis_log() - what the kernel last said about the module
 * @text: result, bytes from outside
 * @size: bytes there
 *
 * Return: whether it said anything, and this may be read.
 */
bool diagnosis_log(char *text, size_t size)
{
	static const char * const words[] = {
		"sockbind:", "unsigned module", "unavailable key",
		"unsupported crypto",
	};
	bool found = false;
	char record[8192];	/* CONSOLE_EXT_LOG_MAX */
	const char *line;
	ssize_t len;
	size_t i;
	int fd;

	fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return false;
	for (;;) {
		len = read(fd, record, sizeof(record) - 1);
		if (len < 0 && errno == EPIPE)	/* overwritten meanwhile */
			continue;
		if (len <= 0)
			break;
		record[len] = '\0';
		line = log_text(record);
		for (i = 0; i < ARRAY_SIZE(words); i++) {
			if (!strstr(line, words[i]))
				continue;
			snprintf(text, size, "%s", line);
			found = true;
		}
	}
	close(fd);
	return found;
}
