/* SPDX-License-Identifier: GPL-2.0-only */
/* The signature of the installed module, as the kernel looks at it. For diagnosis.c. */
#ifndef SOCKBIND_SIGNATURE_H
#define SOCKBIND_SIGNATURE_H

#include <stdbool.h>

const char *signature_fault(bool wanted);

#endif /* SOCKBIND_SIGNATURE_H */
