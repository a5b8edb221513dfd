/* SPDX-License-Identifier: GPL-2.0-only */
/* SIGINT and SIGTERM: the end, in good order. */
#ifndef SOCKBIND_STOP_H
#define SOCKBIND_STOP_H

#include <stdbool.h>

int stop_catch(void);
void stop_ask(void);
bool stop_asked(void);
int stop_fd(void);

#endif /* SOCKBIND_STOP_H */
