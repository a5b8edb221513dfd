/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SOCKBIND_ARRAY_H
#define SOCKBIND_ARRAY_H

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

#endif /* SOCKBIND_ARRAY_H */
