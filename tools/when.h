/* SPDX-License-Identifier: GPL-2.0-only */
/* Times and spans of time as systemd.time(7) has them. */
#ifndef SOCKBIND_WHEN_H
#define SOCKBIND_WHEN_H

#include <stdbool.h>
#include <stdint.h>

bool when_parse(const char *text, uint64_t now, uint64_t *ns);
bool when_parse_span(const char *text, uint64_t *ns);

#endif /* SOCKBIND_WHEN_H */
