// SPDX-License-Identifier: GPL-2.0-only
/*
 * sockbind - one record for every bind() that reaches security_socket_bind
 */

#include <linux/init.h>
#include <linux/module.h>

#include "canary.h"
#include "chardev.h"
#include "clock.h"
#include "outcome.h"
#include "probe.h"
#include "process.h"
#include "record.h"
#include "ring.h"
#include "stats.h"
#include "version.h"
#include "wakeup.h"

/*
 * The device is last: nothing may fail once it can be opened, since an open
 * file would outlive the failed load. The unwind order is the order of exit:
 * the hook's probe goes before the return probes, all of them before the rings
 * that they write to, and these before the thread that their irq_work wakes.
 */
static int __init sockbind_init(void)
{
	int err;

	sockbind_stats_init();
	sockbind_record_init();

	sockbind_clock_init();
	err = sockbind_wakeup_init();
	if (err)
		goto err_clock_exit;
	err = sockbind_ring_init();
	if (err)
		goto err_wakeup_exit;
	err = sockbind_process_init();
	if (err)
		goto err_ring_exit;
	err = sockbind_canary_init();
	if (err)
		goto err_process_exit;
	err = sockbind_outcome_init();
	if (err)
		goto err_canary_exit;
	err = sockbind_probe_init();
	if (err)
		goto err_outcome_exit;
	/* The kernel's log has it if kprobes are off. */
	sockbind_stats_disarmed();
	err = sockbind_chardev_init();
	if (err)
		goto err_probe_exit;
	return 0;

err_probe_exit:
	sockbind_probe_exit();
err_outcome_exit:
	sockbind_outcome_exit();
err_canary_exit:
	sockbind_canary_exit();
err_process_exit:
	sockbind_process_exit();
err_ring_exit:
	sockbind_ring_exit();
err_wakeup_exit:
	sockbind_wakeup_exit();
err_clock_exit:
	sockbind_clock_exit();
	return err;
}

static void __exit sockbind_exit(void)
{
	sockbind_chardev_exit();
	sockbind_probe_exit();
	sockbind_outcome_exit();
	sockbind_canary_exit();
	sockbind_process_exit();
	sockbind_ring_exit();
	sockbind_wakeup_exit();
	sockbind_clock_exit();
}

module_init(sockbind_init);
module_exit(sockbind_exit);

MODULE_DESCRIPTION("One record for every bind() that reaches security_socket_bind");
MODULE_AUTHOR("The sockbind developers");
MODULE_VERSION(SOCKBIND_VERSION);
MODULE_LICENSE("GPL");
