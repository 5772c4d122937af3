/* SPDX-License-Identifier: MIT */
/*
 * Forwards packets for the benchmark, through routers that are network namespaces: frames injected
 * into the stack as if rc had received them, for a host behind rs.
 *
 *   rounds OBJECT ROUNDS PACKETS WAY...     prints: ROUND WAY FAMILY NANOSECONDS-PER-PACKET
 *   stats OBJECT PACKETS NETNS PROGRAM...   by program identifier: ID NAME RUN-TIME RUNS
 *   traced TRACEPOINT                       how many programs are attached there
 *   sink OBJECT NETNS DEVICE                swallow what the device receives
 *   hooks OBJECT NETNS                      attach netfilter programs until stdin ends; their ids
 *   drops OBJECT NETNS                      load a program of drops until stdin ends; its id
 *   ids LINK...                             the programs of pinned links
 *   keep LINK                               the same of one, and keep it until stdin ends
 *
 * A WAY is NETNS, or NETNS=PROGRAM: with that program at the tracepoint kfree_skb meanwhile, by its
 * identifier, or "empty", or "none". The tracepoint is the host's: others should have none there.
 */
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/bpf.h>
#include <linux/netfilter.h>
#include <net/if.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* From newer headers than there may be. */
#define LIVE_FRAMES         (1u << 1)
#define PROG_TYPE_NETFILTER 32
#define ATTACH_NETFILTER    45

#define FRAME_OCTETS 64
#define NETNS_MAX    24

struct router {
	const char *name, *way;
	int netns, ifindex, pass; /* pass: what keeps the XDP program */
	int dropped;              /* the program at the tracepoint; -1: none */
};

static void die(const char *what, int error)
{
	fprintf(stderr, "packets_gen: %s: %s\n", what, strerror(error < 0 ? -error : error));
	exit(1);
}

static void enter(int netns)
{
	if (setns(netns, CLONE_NEWNET))
		die("setns", errno);
}

static int open_netns(const char *name)
{
	char path[PATH_MAX];
	int fd;

	snprintf(path, sizeof(path), "/run/netns/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		die(path, errno);
	return fd;
}

static uint16_t header_checksum(const uint8_t *header, size_t size)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < size; i += 2)
		sum += header[i] << 8 | header[i + 1];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons(~sum);
}

static void put16(uint8_t *at, uint16_t value)
{
	value = htons(value);
	memcpy(at, &value, sizeof(value));
}

static void make_frame(uint8_t frame[FRAME_OCTETS], int family)
{
	static const uint8_t ethernet[12] = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2};
	size_t header = family == AF_INET ? 20 : 40;
	uint8_t *ip = frame + 14, *udp = ip + header;
	uint16_t checksum;

	memset(frame, 0, FRAME_OCTETS);
	memcpy(frame, ethernet, sizeof(ethernet));
	if (family == AF_INET) {
		put16(frame + 12, 0x0800);
		ip[0] = 0x45;
		put16(ip + 2, FRAME_OCTETS - 14);
		ip[8] = 64;
		ip[9] = IPPROTO_UDP;
		inet_pton(AF_INET, "10.1.0.2", ip + 12);
		inet_pton(AF_INET, "10.2.0.2", ip + 16);
		checksum = header_checksum(ip, header);
		memcpy(ip + 10, &checksum, sizeof(checksum));
	} else {
		put16(frame + 12, 0x86dd);
		ip[0] = 0x60;
		put16(ip + 4, FRAME_OCTETS - 14 - 40);
		ip[6] = IPPROTO_UDP;
		ip[7] = 64;
		inet_pton(AF_INET6, "fd01::2", ip + 8);
		inet_pton(AF_INET6, "fd02::2", ip + 24);
	}
	put16(udp, 1000);
	put16(udp + 2, 9);
	put16(udp + 4, FRAME_OCTETS - 14 - header);
	put16(udp + 6, 1); /* nobody looks at it */
}

static struct bpf_object *load_generator(const char *object, const uint8_t frame[FRAME_OCTETS])
{
	struct bpf_object *o = bpf_object__open_file(object, NULL);
	struct bpf_map *map = o ? bpf_object__find_map_by_name(o, ".rodata.frame") : NULL;
	int r = map ? bpf_map__set_initial_value(map, frame, FRAME_OCTETS) : -EINVAL;

	if (!r)
		r = bpf_object__load(o);
	if (r)
		die(object, r);
	return o;
}

static int program_fd(const struct bpf_object *o, const char *name)
{
	struct bpf_program *p = bpf_object__find_program_by_name(o, name);

	if (!p)
		die(name, ENOENT);
	return bpf_program__fd(p);
}

/* Returns nanoseconds per packet, what became of the packets included. */
static uint32_t forward(int program, const struct router *r, const uint8_t *frame, int packets)
{
	struct xdp_md ctx = {.data_end = FRAME_OCTETS, .ingress_ifindex = r->ifindex};
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = frame, .data_size_in = FRAME_OCTETS,
		    .ctx_in = &ctx, .ctx_size_in = sizeof(ctx), .repeat = packets,
		    .flags = LIVE_FRAMES, .batch_size = 64);
	int link = -1, error;

	if (r->dropped >= 0) {
		link = bpf_raw_tracepoint_open(NULL, r->dropped);
		if (link < 0)
			die("kfree_skb", link);
	}
	enter(r->netns);
	error = bpf_prog_test_run_opts(program, &options);
	if (error)
		die("BPF_PROG_RUN", error);
	if (link >= 0)
		close(link);
	return options.duration;
}

struct generator {
	uint8_t frames[2][FRAME_OCTETS];
	int programs[2], pass, swallow, dropped;
};

static const char *const families[2] = {"ipv4", "ipv6"};

static void open_generator(struct generator *g, const char *object)
{
	for (int f = 0; f < 2; f++) {
		struct bpf_object *o;

		make_frame(g->frames[f], f ? AF_INET6 : AF_INET);
		o = load_generator(object, g->frames[f]);
		g->programs[f] = program_fd(o, "make");
		g->pass = program_fd(o, "pass");
		g->swallow = program_fd(o, "swallow");
		g->dropped = program_fd(o, "dropped");
	}
}

static void open_router(struct router *r, const char *name, int pass)
{
	r->name = name;
	r->dropped = -1;
	r->netns = open_netns(name);
	enter(r->netns);
	r->ifindex = if_nametoindex("rc");
	r->pass = bpf_link_create(pass, r->ifindex, BPF_XDP, NULL);
	if (r->pass < 0)
		die("rc", r->pass);
}

/* Several ways may go through one router. */
static void open_way(struct router *first, struct router *r, char *way, const struct generator *g)
{
	char *name = strdup(way), *program = name ? strchr(name, '=') : NULL;
	struct router *same = first;

	if (!name)
		die("strdup", errno);
	if (program)
		*program++ = 0;
	while (same < r && strcmp(same->name, name) != 0)
		same++;
	if (same < r)
		*r = *same;
	else
		open_router(r, name, g->pass);
	r->way = way;
	r->dropped = -1;
	if (!program || !strcmp(program, "none"))
		return;
	r->dropped = strcmp(program, "empty") != 0
			     ? bpf_prog_get_fd_by_id(strtoul(program, NULL, 10))
			     : g->dropped;
	if (r->dropped < 0)
		die(way, r->dropped);
}

/* In each round every way forwards packets of both families; who is first goes round. */
static int do_rounds(char **argv)
{
	struct generator g;
	struct router routers[NETNS_MAX];
	int rounds = atoi(argv[1]), packets = atoi(argv[2]), n = 0;

	open_generator(&g, argv[0]);
	for (char **way = argv + 3; *way && n < NETNS_MAX; way++, n++)
		open_way(routers, &routers[n], *way, &g);
	for (int round = -1; round < rounds; round++) { /* the first to warm up */
		for (int i = 0; i < 2 * n; i++) {
			/* forwards and backwards in turn, so that no one follows the same one
			 * always */
			int turn = round & 1 ? 2 * n - 1 - i : i;
			int f = turn & 1;
			const struct router *r = &routers[(turn / 2 + round + 1) % n];
			uint32_t ns = forward(g.programs[f], r, g.frames[f], packets);

			if (round >= 0)
				printf("%d %s %s %u\n", round, r->way, families[f], ns);
		}
	}
	return 0;
}

static struct bpf_prog_info program_info(uint32_t id)
{
	struct bpf_prog_info info = {.id = 0};
	uint32_t size = sizeof(info);
	int fd = bpf_prog_get_fd_by_id(id), r = fd;

	if (fd >= 0)
		r = bpf_obj_get_info_by_fd(fd, &info, &size);
	if (r < 0)
		die("program", r);
	close(fd);
	return info;
}

#define PROGRAMS_MAX 16

static int do_stats(char **argv)
{
	struct generator g;
	struct router router;
	struct bpf_prog_info before[PROGRAMS_MAX];
	int packets = atoi(argv[1]), n = 0;
	int stats = bpf_enable_stats(BPF_STATS_RUN_TIME); /* ends with the process */

	if (stats < 0)
		die("BPF_ENABLE_STATS", stats);
	open_generator(&g, argv[0]);
	open_router(&router, argv[2], g.pass);
	for (int f = 0; f < 2; f++) /* warm up */
		forward(g.programs[f], &router, g.frames[f], packets / 4);
	for (; argv[3 + n] && n < PROGRAMS_MAX; n++)
		before[n] = program_info(strtoul(argv[3 + n], NULL, 10));
	for (int f = 0; f < 2; f++)
		forward(g.programs[f], &router, g.frames[f], packets);
	for (int i = 0; i < n; i++) {
		struct bpf_prog_info after = program_info(before[i].id);

		printf("%u %s %llu %llu\n", after.id, after.name,
		       after.run_time_ns - before[i].run_time_ns,
		       after.run_cnt - before[i].run_cnt);
	}
	return 0;
}

static int link_netfilter(int program, uint32_t family, uint32_t hook, int32_t priority)
{
	struct {
		uint32_t prog_fd, target_fd, attach_type, flags;
		uint32_t family, hook;
		int32_t priority;
		uint32_t netfilter_flags;
	} attr = {program, 0, ATTACH_NETFILTER, 0, family, hook, priority, 0};

	return syscall(SYS_bpf, BPF_LINK_CREATE, &attr, sizeof(attr));
}

static struct bpf_object *open_object(const char *path)
{
	static const char *const per_cpu[] = {"if_low", "path_low"};
	struct bpf_object *o = bpf_object__open_file(path, NULL);

	if (!o)
		die(path, errno);
	for (size_t i = 0; i < 2; i++) { /* arrays that have room for one CPU, to be for all */
		struct bpf_map *map = bpf_object__find_map_by_name(o, per_cpu[i]);

		if (map && bpf_map__type(map) == BPF_MAP_TYPE_ARRAY)
			bpf_map__set_max_entries(map, bpf_map__max_entries(map) *
							      libbpf_num_possible_cpus());
	}
	return o;
}

static void wait_for_end(void)
{
	fflush(stdout);
	while (getchar() != EOF) {
	}
}

static int do_hooks(char **argv)
{
	static const struct {
		const char *program;
		uint32_t hook;
		int32_t priority;
	} hooks[] = {
		{"pre_routing", NF_INET_PRE_ROUTING, INT_MIN + 1},
		{"forward", NF_INET_FORWARD, INT_MIN + 1},
		{"post_routing", NF_INET_POST_ROUTING, INT_MAX - 1},
	};
	struct bpf_object *o = open_object(argv[0]);
	struct bpf_program *p;
	int r;

	bpf_object__for_each_program(p, o)
	{
		bpf_program__set_type(p, PROG_TYPE_NETFILTER);
		bpf_program__set_expected_attach_type(p, ATTACH_NETFILTER);
	}
	r = bpf_object__load(o);
	if (r)
		die(argv[0], r);
	enter(open_netns(argv[1]));
	for (size_t i = 0; i < 3; i++) {
		struct bpf_prog_info info = {.id = 0};
		uint32_t size = sizeof(info);
		char name[2][32];
		int fd[2];

		for (int ipv6 = 0; ipv6 < 2; ipv6++) {
			snprintf(name[ipv6], sizeof(name[0]), "%s_ipv%d", hooks[i].program,
				 ipv6 ? 6 : 4);
			fd[ipv6] = program_fd(o, name[ipv6]);
			if (link_netfilter(fd[ipv6], ipv6 ? NFPROTO_IPV6 : NFPROTO_IPV4,
					   hooks[i].hook, hooks[i].priority) < 0)
				die(name[ipv6], errno);
		}
		if (bpf_obj_get_info_by_fd(fd[0], &info, &size))
			die(name[0], errno);
		printf("%u%c", info.id, i == 2 ? '\n' : ' ');
	}
	wait_for_end();
	return 0;
}

/* Returns the program of a pinned link. */
static int program_of(const char *link)
{
	struct bpf_link_info info = {.id = 0};
	uint32_t size = sizeof(info);
	int fd = bpf_obj_get(link), program;

	if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &size))
		die(link, errno);
	program = bpf_prog_get_fd_by_id(info.prog_id);
	if (program < 0)
		die(link, program);
	close(fd);
	printf("%u\n", info.prog_id);
	return program;
}

static int do_ids(char **argv)
{
	for (; *argv; argv++)
		close(program_of(*argv));
	return 0;
}

static int do_keep(char **argv)
{
	program_of(argv[0]); /* open until the end */
	wait_for_end();
	return 0;
}

static int do_drops(char **argv)
{
	struct bpf_object *o = open_object(argv[0]);
	struct bpf_map *netns = bpf_object__find_map_by_name(o, ".rodata.netns");
	struct bpf_prog_info info = {.id = 0};
	uint32_t size = sizeof(info), inode;
	struct stat s;
	int r;

	if (fstat(open_netns(argv[1]), &s))
		die(argv[1], errno);
	inode = s.st_ino;
	r = netns ? bpf_map__set_initial_value(netns, &inode, sizeof(inode)) : -EINVAL;
	if (!r)
		r = bpf_object__load(o);
	if (!r)
		r = bpf_obj_get_info_by_fd(program_fd(o, "dropped"), &info, &size);
	if (r)
		die(argv[0], r);
	printf("%u\n", info.id);
	wait_for_end();
	return 0;
}

/* tp_btf programs are links of this kind too. */
static int do_traced(char **argv)
{
	uint32_t id = 0, n = 0;

	while (!bpf_link_get_next_id(id, &id)) {
		char name[64] = "";
		struct bpf_link_info info = {.raw_tracepoint = {(uintptr_t)name, sizeof(name)}};
		uint32_t size = sizeof(info);
		int fd = bpf_link_get_fd_by_id(id);

		if (fd < 0)
			continue;
		if (!bpf_obj_get_info_by_fd(fd, &info, &size) &&
		    info.type == BPF_LINK_TYPE_RAW_TRACEPOINT && !strcmp(name, argv[0]))
			n++;
		close(fd);
	}
	printf("%u\n", n);
	return 0;
}

static int do_sink(char **argv)
{
	struct generator g;
	LIBBPF_OPTS(bpf_tc_hook, hook, .attach_point = BPF_TC_INGRESS);
	LIBBPF_OPTS(bpf_tc_opts, options);
	int r;

	open_generator(&g, argv[0]);
	enter(open_netns(argv[1]));
	hook.ifindex = if_nametoindex(argv[2]);
	options.prog_fd = g.swallow;
	r = bpf_tc_hook_create(&hook);
	if (!r)
		r = bpf_tc_attach(&hook, &options);
	if (r)
		die(argv[2], r);
	return 0;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int arguments;
		int (*run)(char **argv);
	} commands[] = {
		{"rounds", 4, do_rounds}, {"stats", 4, do_stats},   {"hooks", 2, do_hooks},
		{"drops", 2, do_drops},   {"ids", 1, do_ids},       {"keep", 1, do_keep},
		{"sink", 3, do_sink},     {"traced", 1, do_traced},
	};

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (argc >= 2 + commands[i].arguments && !strcmp(argv[1], commands[i].name))
			return commands[i].run(argv + 2);
	fprintf(stderr, "packets_gen: unknown command, or too few arguments\n");
	return 2;
}
