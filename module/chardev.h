/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SOCKBIND_CHARDEV_H
#define SOCKBIND_CHARDEV_H

int sockbind_chardev_init(void);
void sockbind_chardev_exit(void);

#endif /* SOCKBIND_CHARDEV_H */
