/* SPDX-License-Identifier: MIT */
#include "selftest/router.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/units.h"
#include "selftest/kernel_counts.h"
#include "sources/netlink_setup.h"

#define SETTLE_US    20000
#define SETTLE_STILL 5   /* so often in a row */
#define SETTLE_MAX   250 /* so often in all */

#define USABLE_US  20000
#define USABLE_MAX 1000 /* so often */

#define REPORTS     2 /* so often the kernel tells what groups it has joined */
#define REPORTS_MAX 100

#define IPV6_SYSCTLS "/proc/sys/net/ipv6"
#define IPV6_ROUTES  "/proc/net/ipv6_route"

const char *const router_devices[DEVICES] = {"in0", "out0", "silent0"};

/* Who is at the other end of a device. */
static const struct link {
	enum router_place place;
	struct netlink_setup_end here, there;
	const char *own[2], *other[2]; /* addresses of both families */
	uint8_t prefix[2];
	unsigned mtu; /* of the router's device; 0: as the kernel has it */
} links[DEVICES] = {
	[DEVICE_IN] = {PLACE_CLIENT,
		       {"in0", {2, 0, 0, 0, 1, 1}},
		       {"client0", {2, 0, 0, 0, 1, 2}},
		       {"192.0.2.1", "2001:db8:1::1"},
		       {"192.0.2.2", "2001:db8:1::2"},
		       {25, 64}},
	[DEVICE_OUT] = {PLACE_SERVER,
			{"out0", {2, 0, 0, 0, 2, 1}},
			{"server0", {2, 0, 0, 0, 2, 2}},
			{"192.0.2.129", "2001:db8:2::1"},
			{"192.0.2.130", "2001:db8:2::2"},
			{25, 64}},
	[DEVICE_SILENT] = {PLACE_OUTSIDE,
			   {"silent0", {2, 0, 0, 0, 3, 1}},
			   {"nobody0", {2, 0, 0, 0, 3, 2}},
			   {"198.51.100.1", "2001:db8:3::1"},
			   {"198.51.100.2", "2001:db8:3::2"},
			   {24, 64},
			   1300},
};

static const char *const targets[TARGETS][2] = {
	[TO_SERVER] = {"192.0.2.130", "2001:db8:2::2"},
	[TO_ROUTER] = {"192.0.2.1", "2001:db8:1::1"},
	[TO_SILENCE] = {"198.51.100.2", "2001:db8:3::2"},
	[TO_NOWHERE] = {"203.0.113.1", "2001:db8:99::1"},
	[TO_BLACKHOLE] = {"203.0.113.2", "2001:db8:99::2"},
};

struct setting {
	const char *path, *value;
	bool optional; /* not every kernel has it */
};

/* Before there are devices, in each namespace. */
static const struct setting quiet[] = {
	{"ipv4/conf/all/rp_filter", "0", false},
	{"ipv4/conf/default/rp_filter", "0", false},
	{"ipv4/icmp_ratelimit", "0", true},
	/* so that a segment's header has a known length */
	{"ipv4/tcp_timestamps", "0", true},
	{"ipv4/tcp_sack", "0", true},
	{"ipv4/tcp_window_scaling", "0", true},
	{"ipv4/tcp_ecn", "0", true},
};
static const struct setting quiet6[] = {
	{"ipv6/conf/all/disable_ipv6", "0", false},
	{"ipv6/conf/default/disable_ipv6", "0", false},
	{"ipv6/conf/default/addr_gen_mode", "1", true},
	{"ipv6/conf/default/autoconf", "0", true},
	{"ipv6/conf/default/accept_ra", "0", true},
	{"ipv6/conf/default/accept_dad", "0", true},
	{"ipv6/conf/default/dad_transmits", "0", true},
	{"ipv6/conf/default/router_solicitations", "0", true},
	{"ipv6/conf/default/mldv1_unsolicited_report_interval", "10", true},
	{"ipv6/conf/default/mldv2_unsolicited_report_interval", "10", true},
	{"ipv6/icmp/ratelimit", "0", true},
};
/* Of the router, once it has its devices. Who does not answer is given up soon. */
static const struct setting routes[] = {
	{"ipv4/ip_forward", "1", false},
	{"ipv4/neigh/silent0/mcast_solicit", "1", true},
	{"ipv4/neigh/silent0/retrans_time_ms", "50", true},
};
static const struct setting routes6[] = {
	{"ipv6/conf/all/forwarding", "1", false},
	{"ipv6/neigh/silent0/mcast_solicit", "1", true},
	{"ipv6/neigh/silent0/retrans_time_ms", "50", true},
};

static int set(const struct setting *settings, size_t n, struct why *why)
{
	char path[128];

	for (size_t i = 0; i < n; i++) {
		const struct setting *s = &settings[i];
		ssize_t length = strlen(s->value);
		int fd, r = 0;

		snprintf(path, sizeof(path), "/proc/sys/net/%s", s->path);
		fd = open(path, O_WRONLY | O_CLOEXEC);
		if (fd < 0 && s->optional)
			continue;
		if (fd < 0 || write(fd, s->value, length) != length)
			r = -errno;
		if (fd >= 0)
			close(fd);
		if (r)
			return why_errno(why, r, path);
	}
	return 0;
}

int router_enter(const struct router *r, enum router_place place)
{
	return setns(r->places[place], CLONE_NEWNET) ? -errno : 0;
}

int router_socket(const struct router *r, enum router_place place, int domain, int type)
{
	int result = router_enter(r, place), home;

	if (result)
		return result;
	result = socket(domain, type | SOCK_CLOEXEC, 0);
	if (result < 0)
		result = -errno;
	home = router_enter(r, PLACE_ROUTER);
	if (home && result >= 0)
		close(result);
	return home ? home : result;
}

/* The address of a family in the text. */
static struct netlink_setup_address parse(const char *const texts[2], enum family family,
					  const uint8_t prefix[2])
{
	const int i = family == FAMILY_IPV6;
	struct netlink_setup_address a = {.family = i ? AF_INET6 : AF_INET, .prefix = prefix[i]};

	inet_pton(a.family, texts[i], a.bytes);
	return a;
}

socklen_t router_address(union router_address *out, enum target to, enum family family,
			 unsigned port)
{
	memset(out, 0, sizeof(*out));
	if (family == FAMILY_IPV6) {
		out->in6.sin6_family = AF_INET6;
		out->in6.sin6_port = htons(port);
		inet_pton(AF_INET6, targets[to][1], &out->in6.sin6_addr);
		return sizeof(out->in6);
	}
	out->in.sin_family = AF_INET;
	out->in.sin_port = htons(port);
	inet_pton(AF_INET, targets[to][0], &out->in.sin_addr);
	return sizeof(out->in);
}

/* A namespace of its own, in which the calling thread is then. */
static int make_place(struct router *r, enum router_place place, struct why *why)
{
	int result;

	if (unshare(CLONE_NEWNET))
		return why_errno(why, -errno, "a network namespace of its own");
	r->places[place] = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	if (r->places[place] < 0)
		return why_errno(why, -errno, "/proc/thread-self/ns/net");
	result = set(quiet, ARRAY_SIZE(quiet), why);
	if (!result)
		netlink_setup_up("lo");
	if (!result && r->has[FAMILY_IPV6] && set(quiet6, ARRAY_SIZE(quiet6), why)) {
		r->has[FAMILY_IPV6] = false;
		r->why_not[FAMILY_IPV6] = *why;
	}
	return result;
}

/* Whether the kernel has its own route to that address, by which it takes packets for it. */
static bool is_usable(const uint8_t bytes[16])
{
	FILE *f = fopen(IPV6_ROUTES, "re");
	char wanted[2 * 16 + 1], to[2 * 16 + 1];
	unsigned prefix;
	bool found = false;

	for (int i = 0; i < 16; i++)
		snprintf(wanted + 2 * i, 3, "%02x", bytes[i]);
	while (f && !found && fscanf(f, "%32s %x%*[^\n]", to, &prefix) == 2)
		found = prefix == 128 && !strcmp(to, wanted);
	if (f)
		fclose(f);
	return found;
}

/* The kernel adds that route in the background, when it finds the time. */
static int await_usable(const struct netlink_setup_address *a)
{
	if (a->family != AF_INET6)
		return 0;
	for (int i = 0; i < USABLE_MAX; i++) {
		if (is_usable(a->bytes))
			return 0;
		usleep(USABLE_US);
	}
	return -ETIMEDOUT;
}

/* How often the device has told (MLD) what groups it has joined. */
static uint64_t reports(const char *device)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/net/dev_snmp6/%s", device);
	return kernel_counts_line(path, "Icmp6OutMLDv2Reports");
}

/* So that none of it is counted later. It comes in the background as well; some kernel may not. */
static void await_reports(const char *device, uint64_t before)
{
	for (int i = 0; i < REPORTS_MAX && reports(device) < before + REPORTS; i++)
		usleep(USABLE_US);
}

/* With that a router joins the groups of routers. */
static int route_ipv6(struct why *why)
{
	uint64_t before[DEVICES];
	int result;

	for (int d = 0; d < DEVICES; d++)
		before[d] = reports(router_devices[d]);
	result = set(routes6, ARRAY_SIZE(routes6), why);
	for (int d = 0; d < DEVICES && !result; d++)
		await_reports(router_devices[d], before[d]);
	return result;
}

/* The addresses of one end of a link, its neighbour, and unless it is the router's a route. */
static int number(const struct router *r, const struct link *l, bool is_router)
{
	const struct netlink_setup_end *end = is_router ? &l->here : &l->there;
	int result = 0;

	for (int f = FAMILY_IPV4; f <= FAMILY_IPV6 && !result; f++) {
		struct netlink_setup_address here = parse(l->own, f, l->prefix);
		struct netlink_setup_address there = parse(l->other, f, l->prefix);

		if (!r->has[f])
			continue;
		result = netlink_setup_address(end->name, is_router ? &here : &there);
		if (!result)
			result = await_usable(is_router ? &here : &there);
		if (!result && l->place != PLACE_OUTSIDE)
			result = netlink_setup_neighbour(end->name, is_router ? &there : &here,
							 is_router ? l->there.mac : l->here.mac);
		if (!result && !is_router)
			result = netlink_setup_default_route(&here);
	}
	return result;
}

static int connect_link(const struct router *r, const struct link *l, struct why *why)
{
	int result = netlink_setup_veth(&l->here, &l->there, r->places[l->place]);

	if (result)
		return why_errno(why, result, "a pair of veth devices");
	result = l->mtu ? netlink_setup_mtu(l->here.name, l->mtu) : 0;
	if (!result)
		result = netlink_setup_up(l->here.name);
	if (!result)
		result = number(r, l, true);
	if (!result)
		result = router_enter(r, l->place);
	if (!result)
		result = netlink_setup_up(l->there.name);
	if (!result && l->place != PLACE_OUTSIDE)
		result = number(r, l, false);
	if (!result && l->place != PLACE_OUTSIDE && r->has[FAMILY_IPV6])
		await_reports(l->there.name, 0);
	if (!result)
		result = router_enter(r, PLACE_ROUTER);
	return result ? why_errno(why, result, l->here.name) : 0;
}

static int lose_some(const struct router *r, struct why *why)
{
	static const uint8_t alone[2] = {32, 128};
	int result = 0;

	for (int f = FAMILY_IPV4; f <= FAMILY_IPV6 && !result; f++) {
		struct netlink_setup_address to = parse(targets[TO_BLACKHOLE], f, alone);

		if (r->has[f])
			result = netlink_setup_blackhole(&to);
	}
	return result ? why_errno(why, result, "a blackhole route") : 0;
}

int router_open(struct router *r, struct why *why)
{
	int result = 0;

	r->has[FAMILY_IPV4] = true;
	r->has[FAMILY_IPV6] = !access(IPV6_SYSCTLS, F_OK);
	if (!r->has[FAMILY_IPV6])
		why_set(&r->why_not[FAMILY_IPV6], -ENOENT, "this kernel has no IPv6");
	/* The router's own comes last, so that the thread stays there. */
	for (int place = PLACES - 1; place >= 0 && !result; place--)
		result = make_place(r, place, why);
	for (int d = 0; d < DEVICES && !result; d++)
		result = connect_link(r, &links[d], why);
	if (!result)
		result = set(routes, ARRAY_SIZE(routes), why);
	if (!result && r->has[FAMILY_IPV6])
		result = route_ipv6(why);
	if (!result)
		result = lose_some(r, why);
	if (!result)
		router_settle();
	return result;
}

void router_close(struct router *r)
{
	for (int place = 0; place < PLACES; place++)
		if (r->places[place] > 0)
			close(r->places[place]);
}

static void read_devices(char *text, size_t size)
{
	int fd = open("/proc/net/dev", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, text, size - 1);

	text[n > 0 ? n : 0] = '\0';
	if (fd >= 0)
		close(fd);
}

void router_settle(void)
{
	char before[4096], now[4096];
	int still = 0;

	read_devices(before, sizeof(before));
	for (int i = 0; i < SETTLE_MAX && still < SETTLE_STILL; i++) {
		usleep(SETTLE_US);
		read_devices(now, sizeof(now));
		still = strcmp(before, now) ? 0 : still + 1;
		memcpy(before, now, sizeof(now));
	}
}
