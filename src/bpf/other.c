/* SPDX-License-Identifier: MIT */
#include "bpf/other.h"

#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* Whether a bus device stands behind it: only those tell the bus where it is. */
static bool is_hardware(const char *name)
{
	struct ethtool_drvinfo info = {.cmd = ETHTOOL_GDRVINFO};
	struct ifreq request = {.ifr_data = (char *)&info};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool known;

	if (fd < 0)
		return false;
	memcpy(request.ifr_name, name, sizeof(request.ifr_name));
	known = !ioctl(fd, SIOCETHTOOL, &request);
	close(fd);
	return known && info.bus_info[0] && strcmp(info.bus_info, "N/A") != 0 &&
	       strcmp(info.driver, "tun") != 0;
}

/* What the device should have counted for one direction's IP traffic: packets, octets. */
struct ip_traffic {
	uint64_t count[2];
	bool known[2];
};

static struct ip_traffic as_device(const struct snapshot_if *row, bool bypassed,
				   const struct ipfw_if_counters *own, enum ipfw_stage stage)
{
	const struct ipfw_counter *v4 = &own->of[0][stage], *v6 = &own->of[1][stage];
	int header = stage == IPFW_IN ? row->rx_header : row->tx_header;
	const struct ipfw_sum *beside = &own->beside[stage == IPFW_OUT];
	uint64_t packets = v4->packets + v6->packets - beside->packets;
	bool merged = v4->extra_packets + v6->extra_packets || bypassed;
	bool known = !merged || is_hardware(row->name);

	return (struct ip_traffic){{packets, v4->octets + v6->octets - beside->octets +
						     (header > 0 ? packets * header : 0)},
				   {known, known && header >= 0}};
}

static const enum ipfw_stage directions[2] = {IPFW_IN, IPFW_OUT};
static const enum metric_id metrics_of[2] = {M_IN_PACKETS, M_OUT_PACKETS};

void other_begin(struct ipfw_if_record *record, const struct snapshot_if *row,
		 const struct ipfw_if_counters *own)
{
	const struct figures *total = &row->figures[FAMILY_TOTAL];

	for (int d = 0; d < 2; d++) {
		struct ip_traffic ip = as_device(row, false, own, directions[d]);

		for (int k = 0; k < 2; k++)
			record->device[2 * d + k] = total->value[metrics_of[d] + k] - ip.count[k];
	}
}

void other_fill(struct snapshot_if *row, const struct ipfw_if_record *record,
		const struct ipfw_if_counters *own)
{
	const struct figures *total = &row->figures[FAMILY_TOTAL];
	struct figures *other = &row->figures[FAMILY_OTHER];

	for (int d = 0; d < 2; d++) {
		struct ip_traffic ip = as_device(row, record->bypassed, own, directions[d]);
		int64_t rest[2];

		for (int k = 0; k < 2; k++) {
			rest[k] = total->value[metrics_of[d] + k] - ip.count[k] -
				  record->device[2 * d + k];
			rest[k] = rest[k] < 0 ? 0 : rest[k];
		}
		if (ip.known[0])
			figures_subtract(other, metrics_of[d], rest[0]);
		if (ip.known[1] && rest[1] >= rest[0])
			figures_subtract(other, metrics_of[d] + 1, rest[1]);
	}
}
