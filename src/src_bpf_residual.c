/* SPDX-License-Identifier: MIT */
#include "src_bpf_residual.h"

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
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool known;

	if (fd < 0)
		return false;
	memcpy(request.ifr_name, name, sizeof(request.ifr_name));
	known = !ioctl(fd, SIOCETHTOOL, &request);
	close(fd);
	return known && info.bus_info[0] && strcmp(info.bus_info, "N/A") != 0 &&
	       strcmp(info.driver, "tun") != 0;
}

/* One direction's IP traffic, as the device counts it: packets, octets. */
static void as_device(uint64_t out[2], const struct snapshot_if *row,
		      const struct ipfw_if_counters *own, enum ipfw_stage stage)
{
	int header = stage == IPFW_IN ? row->rx_header : row->tx_header;
	uint64_t extra_packets = 0, extra_octets = 0;

	out[0] = out[1] = 0;
	for (int ipv6 = 0; ipv6 < 2; ipv6++) {
		const struct ipfw_counter *c = &own->of[ipv6][stage];

		out[0] += c->packets;
		out[1] += c->octets;
		extra_packets += c->extra_packets;
		extra_octets += c->extra_octets;
	}
	if (extra_packets && !is_hardware(row->name)) {
		out[0] -= extra_packets;
		out[1] -= extra_octets;
	}
	if (header > 0)
		out[1] += out[0] * header;
}

static const enum ipfw_stage directions[2] = {IPFW_IN, IPFW_OUT};
static const enum metric_id metrics_of[2] = {M_IN_PACKETS, M_OUT_PACKETS};

void residual_begin(struct ipfw_if_record *record, const struct snapshot_if *row,
		    const struct ipfw_if_counters *own)
{
	const struct figures *total = &row->figures[FAMILY_TOTAL];

	for (int d = 0; d < 2; d++) {
		uint64_t ip[2];

		as_device(ip, row, own, directions[d]);
		for (int k = 0; k < 2; k++)
			record->device[2 * d + k] = total->value[metrics_of[d] + k] - ip[k];
	}
}

void residual_fill(struct snapshot_if *row, const struct ipfw_if_record *record,
		   const struct ipfw_if_counters *own)
{
	const struct figures *total = &row->figures[FAMILY_TOTAL];

	for (int d = 0; d < 2; d++) {
		int header = d == 0 ? row->rx_header : row->tx_header;
		uint64_t ip[2];

		as_device(ip, row, own, directions[d]);
		for (int k = 0; k < 2; k++) {
			enum metric_id m = metrics_of[d] + k;
			uint64_t rest = total->value[m] - ip[k] - record->device[2 * d + k];

			if (figures_known(total, m) && (k == 0 || header >= 0))
				figures_derive(&row->figures[FAMILY_OTHER], m,
					       (int64_t)rest > 0 ? rest : 0);
		}
	}
}
