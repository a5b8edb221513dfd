/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SOCKBIND_VERSION_H
#define SOCKBIND_VERSION_H

/* Of the file VERSION: packaging/version brings it here. */
#define SOCKBIND_VERSION "0.1.0"

#endif /* SOCKBIND_VERSION_H */
