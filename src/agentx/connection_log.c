/* SPDX-License-Identifier: MIT */
#include "agentx/connection_log.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/units.h"

#define LASTS_NS (3 * NS_PER_S / 2) /* a trouble that is over at the second try is none */

void connection_log(struct connection_log *r, const char *address, const char *trouble)
{
	uint64_t now_ns = clock_now_ns();
	bool connected = !trouble;

	if (connected != r->connected)
		log_info(connected ? "connected to the SNMP master agent at %s"
				   : "lost the SNMP master agent at %s, reconnecting",
			 address);
	if (connected) {
		*r = (struct connection_log){.connected = true};
		return;
	}
	r->connected = false;
	if (!r->since_ns || strncmp(trouble, r->seen, sizeof(r->seen) - 1)) {
		snprintf(r->seen, sizeof(r->seen), "%s", trouble);
		r->since_ns = now_ns;
	}
	if (now_ns - r->since_ns < LASTS_NS || !strcmp(r->seen, r->logged))
		return;
	snprintf(r->logged, sizeof(r->logged), "%s", r->seen);
	log_info("cannot connect to the SNMP master agent at %s: %s, trying again", address,
		 r->logged);
}
