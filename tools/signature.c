// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "array.h"
#include "signature.h"

#define MODULES	"/lib/modules/"

#define CURE	"sign it with a key that it knows"

#define KEYCTL_READ	11
#define KEYS_MAX	256

#define NAME_SIZE	128

/* The most of a file's end that is a signature: a PKCS#7 message and what follows. */
#define SIGNATURE_MAX	8192

/**
 * struct module - the module as it is installed
 * @path: of its file
 * @compressed: not by its name, but by its bytes
 * @is_signed: the file ends with a signature
 * @signer: common name of who signed it; "": it is not known
 */
struct module {
	char path[PATH_MAX];
	bool compressed;
	bool is_signed;
	char signer[NAME_SIZE];
};

static bool names_module(const char *path)
{
	static const char name[] = "sockbind.ko";
	const char *base = strrchr(path, '/');

	base = base ? base + 1 : path;
	if (strncmp(base, name, strlen(name)))
		return false;
	base += strlen(name);
	return !*base || *base == '.';
}

/* As depmod(8) has written it down for modprobe(8). */
static bool find_path(char *path, size_t size)
{
	char *line = NULL, file[PATH_MAX];
	struct utsname system;
	bool found = false;
	size_t room = 0;
	FILE *list;

	uname(&system);
	snprintf(file, sizeof(file), MODULES "%s/modules.dep", system.release);
	list = fopen(file, "re");
	if (!list)
		return false;
	while (!found && getline(&line, &room, list) > 0) {
		line[strcspn(line, ":")] = '\0';
		found = names_module(line);
	}
	fclose(list);
	if (found && *line == '/')
		snprintf(path, size, "%s", line);
	else if (found)
		snprintf(path, size, MODULES "%s/%s", system.release, line);
	free(line);
	return found;
}

/*
 * The last common name in a PKCS#7 message without certificates is that of the
 * signer's issuer. A key for modules is its own, or has the name of who made it.
 */
static void find_signer(const uint8_t *bytes, size_t n, char *signer)
{
	/* The attribute's id; what follows is type and length of its text. */
	static const uint8_t id[] = { 0x06, 0x03, 0x55, 0x04, 0x03 };
	const size_t head = sizeof(id) + 2;
	size_t i, j, len;

	for (i = 0; i + head < n; i++) {
		len = bytes[i + head - 1];
		if (memcmp(bytes + i, id, sizeof(id)) || len >= NAME_SIZE ||
		    len > n - i - head)
			continue;
		memcpy(signer, bytes + i + head, len);
		signer[len] = '\0';
		for (j = 0; j < len; j++)
			if (signer[j] < ' ' || signer[j] > '~')
				*signer = '\0';
	}
}

static bool read_module(struct module *module)
{
	static const char mark[] = "~Module signature appended~\n";
	const size_t mark_len = sizeof(mark) - 1;
	uint8_t bytes[SIGNATURE_MAX];
	FILE *file;
	size_t n;

	memset(module, 0, sizeof(*module));
	if (!find_path(module->path, sizeof(module->path)))
		return false;
	file = fopen(module->path, "re");
	if (!file)
		return false;
	n = fread(bytes, 1, 4, file);
	module->compressed = n != 4 || memcmp(bytes, "\177ELF", 4);
	if (fseek(file, -(long)sizeof(bytes), SEEK_END))
		rewind(file);
	n = fread(bytes, 1, sizeof(bytes), file);
	fclose(file);
	module->is_signed = n >= mark_len &&
			    !memcmp(bytes + n - mark_len, mark, mark_len);
	if (module->is_signed)
		find_signer(bytes, n, module->signer);
	return true;
}

static bool keyring_has(int32_t keyring, int32_t key)
{
	int32_t keys[KEYS_MAX];
	long n = syscall(__NR_keyctl, KEYCTL_READ, keyring, keys, sizeof(keys),
			 0);
	size_t i;

	if (n < 0)
		return false;
	for (i = 0; i < ARRAY_SIZE(keys) && i < n / sizeof(*keys); i++)
		if (keys[i] == key)
			return true;
	return false;
}

/*
 * The next of the kernel's keys with such a type and a description that begins so.
 * Return: its number; 0: there is no more.
 */
static int32_t next_key(FILE *keys, const char *type, const char *description)
{
	char line[1024], have[16];
	unsigned int key;
	int at;

	while (fgets(line, sizeof(line), keys)) {
		if (sscanf(line, "%x %*s %*s %*s %*s %*s %*s %15s %n", &key,
			   have, &at) == 2 &&
		    !strcmp(have, type) &&
		    !strncmp(line + at, description, strlen(description)))
			return (int32_t)key;
	}
	return 0;
}

static bool is_in(int32_t key, const char *keyring)
{
	FILE *keys = fopen("/proc/keys", "re");
	int32_t number;

	if (!keys)
		return false;
	number = next_key(keys, "keyring", keyring);
	fclose(keys);
	return number && keyring_has(number, key);
}

/**
 * enum trust - what the kernel has of a signer
 * @NO_KEY: no key of that name
 * @PLATFORM_KEY: one that firmware has, for kernels to boot
 * @MODULE_KEY: one for modules
 */
enum trust { NO_KEY, PLATFORM_KEY, MODULE_KEY };

static enum trust trust_in(const char *signer)
{
	static const char * const rings[] = {
		".builtin_trusted_keys:", ".secondary_trusted_keys:", ".machine:",
	};
	FILE *keys = fopen("/proc/keys", "re");
	enum trust trust = NO_KEY;
	char name[NAME_SIZE + 2];
	int32_t key;
	size_t i;

	if (!keys)
		return MODULE_KEY;
	snprintf(name, sizeof(name), "%s: ", signer);
	while (trust != MODULE_KEY && (key = next_key(keys, "asymmetri", name))) {
		if (is_in(key, ".platform:"))
			trust = PLATFORM_KEY;
		for (i = 0; i < ARRAY_SIZE(rings); i++)
			if (is_in(key, rings[i]))
				trust = MODULE_KEY;
	}
	fclose(keys);
	return trust;
}

static const char *untrusted(const struct module *module)
{
	static char text[NAME_SIZE + 256];

	switch (trust_in(module->signer)) {
	case NO_KEY:
		snprintf(text, sizeof(text),
			 "the kernel takes signed modules only, and has no key \"%s\", which this one is signed with: enrol that, or "
			 CURE, module->signer);
		return text;
	case PLATFORM_KEY:
		snprintf(text, sizeof(text),
			 "the module is not loaded: \"modprobe sockbind\"; if that is refused: its key \"%s\" is in the keyring .platform alone, which some kernels do not use for modules: \"mokutil --trust-mok\" and boot, or "
			 CURE, module->signer);
		return text;
	default:
		return NULL;
	}
}

/**
 * signature_fault() - why the kernel does not load the module that is installed
 * @wanted: it takes signed modules only
 *
 * Return: a sentence, or NULL: its signature is no reason.
 */
const char *signature_fault(bool wanted)
{
	const char *generic = "the kernel takes signed modules only: " CURE;
	struct module module;

	if (!read_module(&module))
		return wanted ? generic : NULL;
	/* Who unpacks .zst takes the signature for a part of it, and fails. */
	if (module.compressed && module.is_signed &&
	    (wanted || strstr(module.path, ".ko.zst")))
		return "signed after it was compressed: sign sockbind.ko, then compress it";
	if (!wanted)
		return NULL;
	/* What is in there cannot be told. */
	if (module.compressed || (module.is_signed && !*module.signer))
		return generic;
	if (!module.is_signed)
		return "the kernel takes signed modules only, and this one is not signed: "
		       CURE;
	return untrusted(&module);
}
