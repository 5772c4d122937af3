// SPDX-License-Identifier: MIT
// Exactly known traffic for the tests of this directory. A sender prints how many it sent, and
// fails if that is not what it was asked for; a receiver prints "ready" as soon as it listens.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <linux/mroute.h>
#include <linux/mroute6.h>
#include <linux/ppp-ioctl.h>
#include <linux/virtio_net.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/ether.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static char buffer[65536];
static volatile sig_atomic_t stopped;

static const char *extensions = ""; // IPv6 extension headers, a letter each; see usage

static const char usage[] =
	"usage: traffic send ADDRESS PORT COUNT SIZE [TTL [DEV]]  COUNT datagrams of SIZE octets\n"
	"       traffic gso ADDRESS PORT COUNT TOTAL SEGMENT      COUNT times TOTAL, cut by "
	"SEGMENT\n"
	"       traffic pieces ADDRESS COUNT SIZE[,SIZE...]       COUNT datagrams in fragments "
	"that carry so much;\n"
	"                     a last SIZE of 0: the end is missing\n"
	"       traffic udpd PORT [GROUP DEV]                     receive; the number at SIGTERM\n"
	"       traffic tcp ADDRESS PORT OCTETS                   send, and have it confirmed\n"
	"       traffic tcpd PORT                                 receive and confirm\n"
	"       traffic sctp ADDRESS PORT OCTETS                  send, until all was received\n"
	"       traffic sctpd PORT                                receive\n"
	"       traffic mroute IN OUT[,OUT] GROUP SOURCE SECONDS  route a multicast group\n"
	"       traffic tapgso DEV MAC SOURCE DESTINATION COUNT   COUNT times 14000 octets of TCP\n"
	"                     into a tap, as GSO by 1400 without a number of segments\n"
	"       traffic pppoe DEV MAC SESSION                     a PPP interface, until SIGTERM\n"
	"       traffic with LETTERS COMMAND...   extension headers of 8 octets each: h "
	"hop-by-hop,\n"
	"                     d destination, r routing (pieces only), f the place of that of "
	"fragments;\n"
	"                     m: no fragments of more than 1280 octets\n";

__attribute__((noreturn, format(printf, 1, 2))) static void die(const char *format, ...)
{
	int error = errno;
	va_list args;

	fputs("traffic: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, ": %s\n", strerror(error));
	exit(1);
}

static long number(const char *text, long max)
{
	char *end;
	long n = strtol(text, &end, 10);

	if (end == text || *end || n < 0 || n > max) {
		errno = EINVAL;
		die("%s", text);
	}
	return n;
}

static unsigned int device(const char *name)
{
	unsigned int index = if_nametoindex(name);

	if (!index)
		die("%s", name);
	return index;
}

static void set(int fd, int level, int name, const void *value, size_t size, const char *what)
{
	if (setsockopt(fd, level, name, value, (socklen_t)size))
		die("%s", what);
}

static void set_int(int fd, int level, int name, int value, const char *what)
{
	set(fd, level, name, &value, sizeof value, what);
}

static int open_socket(int family, int type, int protocol)
{
	int fd = socket(family, type, protocol);

	if (fd < 0)
		die("socket");
	return fd;
}

static struct addrinfo *resolve(const char *address, const char *port, int type)
{
	struct addrinfo hints = {.ai_socktype = type, .ai_flags = AI_NUMERICHOST}, *found;

	if (getaddrinfo(address, port, &hints, &found))
		die("%s port %s", address, port);
	return found;
}

// Eight octets of padding, or of a routing header that has no more to visit.
static void extension(unsigned char header[8], int kind, int next)
{
	static const unsigned char padding[8] = {0, 0, 1, 4}, routing[8] = {0, 0, 253};

	memcpy(header, kind == 'r' ? routing : padding, 8);
	header[0] = (unsigned char)next;
}

static void set_extensions(int fd)
{
	unsigned char header[8];

	for (const char *e = extensions; *e; e++) {
		if (*e == 'm') {
			set_int(fd, IPPROTO_IPV6, IPV6_MTU, 1280, "IPV6_MTU");
			continue;
		}
		extension(header, *e, 0);
		set(fd, IPPROTO_IPV6, *e == 'h' ? IPV6_HOPOPTS : IPV6_DSTOPTS, header,
		    sizeof header, "extension header");
	}
}

// Fragments at the sender, by the device's MTU, never by what the path reports.
static int udp_sender(const struct addrinfo *to)
{
	int fd = open_socket(to->ai_family, SOCK_DGRAM, 0);

	if (to->ai_family == AF_INET6)
		set_int(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_OMIT, "MTU_DISCOVER");
	else
		set_int(fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_OMIT, "MTU_DISCOVER");
	set_extensions(fd);
	return fd;
}

// Pauses in time for the receiving side to keep up: no queue on the way overflows.
static int send_all(int fd, const struct addrinfo *to, long count, size_t size, long burst)
{
	for (long i = 0; i < count; i++) {
		ssize_t n = sendto(fd, buffer, size, 0, to->ai_addr, to->ai_addrlen);

		if (n != (ssize_t)size)
			die("datagram %ld of %ld", i + 1, count);
		if (i % burst == burst - 1)
			usleep(100);
	}
	printf("sent %ld\n", count);
	return 0;
}

static int cmd_send(char **argv)
{
	struct addrinfo *to = resolve(argv[0], argv[1], SOCK_DGRAM);
	bool v6 = to->ai_family == AF_INET6;
	int level = v6 ? IPPROTO_IPV6 : IPPROTO_IP;
	int fd = udp_sender(to);

	if (argv[4]) {
		int ttl = (int)number(argv[4], 255);

		set_int(fd, level, v6 ? IPV6_UNICAST_HOPS : IP_TTL, ttl, "TTL");
		set_int(fd, level, v6 ? IPV6_MULTICAST_HOPS : IP_MULTICAST_TTL, ttl, "TTL");
	}
	if (argv[4] && argv[5])
		set(fd, SOL_SOCKET, SO_BINDTODEVICE, argv[5], strlen(argv[5]), argv[5]);
	return send_all(fd, to, number(argv[2], 1L << 40), (size_t)number(argv[3], 65507), 32);
}

static int cmd_gso(char **argv)
{
	struct addrinfo *to = resolve(argv[0], argv[1], SOCK_DGRAM);
	int fd = udp_sender(to);

	set_int(fd, IPPROTO_UDP, UDP_SEGMENT, (int)number(argv[4], 65507), "UDP_SEGMENT");
	return send_all(fd, to, number(argv[2], 1L << 40), (size_t)number(argv[3], 65507), 2);
}

static int kind_of_header(char letter)
{
	return letter == 'h'   ? IPPROTO_HOPOPTS
	       : letter == 'd' ? IPPROTO_DSTOPTS
	       : letter == 'r' ? IPPROTO_ROUTING
	       : letter == 'f' ? IPPROTO_FRAGMENT
			       : IPPROTO_UDP;
}

// The address that a packet to there has as its source.
static struct in6_addr source_to(const struct addrinfo *to)
{
	struct sockaddr_in6 own;
	socklen_t size = sizeof own;
	int fd = open_socket(AF_INET6, SOCK_DGRAM, 0);

	if (connect(fd, to->ai_addr, to->ai_addrlen) ||
	    getsockname(fd, (struct sockaddr *)&own, &size))
		die("source");
	close(fd);
	return own.sin6_addr;
}

// The IP header and the extension headers, in `buffer`; returns how many octets the headers are
// that all fragments carry. *end is where all of them end.
static size_t write_headers(const struct addrinfo *to, size_t *end)
{
	struct iphdr ip = {.version = 4, .ihl = 5, .ttl = 64, .protocol = IPPROTO_UDP};
	struct ip6_hdr ip6 = {.ip6_ctlun = {{htonl(6u << 28), 0, 0, 64}}};
	size_t each = 0;

	if (to->ai_family == AF_INET) {
		ip.daddr = ((struct sockaddr_in *)to->ai_addr)->sin_addr.s_addr;
		memcpy(buffer, &ip, sizeof ip);
		return *end = sizeof ip;
	}
	ip6.ip6_nxt = (uint8_t)kind_of_header(*extensions);
	ip6.ip6_src = source_to(to);
	ip6.ip6_dst = ((struct sockaddr_in6 *)to->ai_addr)->sin6_addr;
	memcpy(buffer, &ip6, sizeof ip6);
	*end = sizeof ip6;
	for (const char *e = extensions; *e; e++) {
		unsigned char header[8] = {(unsigned char)kind_of_header(e[1])};

		if (*e != 'f')
			extension(header, *e, kind_of_header(e[1]));
		memcpy(buffer + *end, header, sizeof header);
		*end += sizeof header;
		if (*e == 'f')
			each = *end;
	}
	if (!each) {
		errno = EINVAL;
		die("no place for the fragment header in \"%s\"", extensions);
	}
	return each;
}

static void mark_piece(bool v6, size_t headers, size_t offset, bool more, unsigned int id)
{
	struct iphdr *ip = (struct iphdr *)buffer;
	struct ip6_frag *piece = (struct ip6_frag *)(buffer + headers - sizeof *piece);

	if (v6) {
		piece->ip6f_offlg = htons((uint16_t)(offset | more));
		piece->ip6f_ident = htonl(id);
	} else {
		ip->frag_off = htons((uint16_t)(offset / 8 | (more ? IP_MF : 0)));
		ip->id = htons((uint16_t)id);
	}
}

// The kernel writes the lengths, and what else is 0 in IPv4 headers.
static int cmd_pieces(char **argv)
{
	struct addrinfo *to = resolve(argv[0], "0", SOCK_DGRAM);
	bool v6 = to->ai_family == AF_INET6;
	int fd = open_socket(to->ai_family, SOCK_RAW, IPPROTO_RAW);
	long count = number(argv[1], 65535);
	size_t end, headers = write_headers(to, &end), sizes[64], total = 0, n = 0;
	static char data[65536];
	struct udphdr udp = {.uh_dport = htons(9)};

	for (char *size = strtok(argv[2], ","); size && n < 64; size = strtok(NULL, ","))
		total += sizes[n++] = (size_t)number(size, 60000);
	udp.uh_ulen = htons((uint16_t)(total - (end - headers)));
	memcpy(data, buffer + headers, end - headers);
	memcpy(data + (end - headers), &udp, sizeof udp);
	for (long i = 0; i < count; i++) {
		for (size_t k = 0, at = 0; k < n && sizes[k]; at += sizes[k++]) {
			size_t size = headers + sizes[k];

			mark_piece(v6, headers, at, k + 1 < n, (unsigned int)i + 1);
			memcpy(buffer + headers, data + at, sizes[k]);
			if (v6)
				((struct ip6_hdr *)buffer)->ip6_plen = htons((uint16_t)(size - 40));
			if (sendto(fd, buffer, size, 0, to->ai_addr, to->ai_addrlen) !=
			    (ssize_t)size)
				die("fragment %zu of datagram %ld", k + 1, i + 1);
		}
		usleep(100);
	}
	printf("sent %ld\n", count);
	return 0;
}

static void on_signal(int signal)
{
	stopped = signal;
}

static void ready(void)
{
	puts("ready");
	fflush(stdout);
}

// On every address; "::" is both families.
static int listening(int type, int protocol, const char *address, const char *port)
{
	struct addrinfo *any = resolve(address, port, type);
	int fd = open_socket(any->ai_family, type, protocol);

	set_int(fd, SOL_SOCKET, SO_REUSEADDR, 1, "REUSEADDR");
	if (bind(fd, any->ai_addr, any->ai_addrlen))
		die("port %s", port);
	return fd;
}

static int cmd_udpd(char **argv)
{
	struct sigaction end = {.sa_handler = on_signal};
	bool v4 = argv[1] && !strchr(argv[1], ':');
	int fd = listening(SOCK_DGRAM, 0, v4 ? "0.0.0.0" : "::", argv[0]);
	unsigned long received = 0;

	if (argv[1] && argv[2]) {
		struct addrinfo *group = resolve(argv[1], argv[0], SOCK_DGRAM);
		struct group_req join = {.gr_interface = device(argv[2])};

		memcpy(&join.gr_group, group->ai_addr, group->ai_addrlen);
		set(fd, v4 ? IPPROTO_IP : IPPROTO_IPV6, MCAST_JOIN_GROUP, &join, sizeof join,
		    argv[1]);
	}
	sigaction(SIGTERM, &end, NULL);
	ready();
	while (!stopped && recv(fd, buffer, sizeof buffer, 0) >= 0)
		received++;
	if (!stopped)
		die("recv");
	printf("received %lu\n", received);
	return 0;
}

static void send_octets(int fd, long octets)
{
	while (octets > 0) {
		size_t part = octets < (long)sizeof buffer ? (size_t)octets : sizeof buffer;
		ssize_t n = send(fd, buffer, part, MSG_NOSIGNAL);

		if (n <= 0)
			die("send");
		octets -= n;
	}
}

static int cmd_tcp(char **argv)
{
	struct addrinfo *to = resolve(argv[0], argv[1], SOCK_STREAM);
	int fd = open_socket(to->ai_family, SOCK_STREAM, 0);
	long octets = number(argv[2], 1L << 40);
	uint64_t confirmed = 0;

	set_extensions(fd);
	// Routers do not look behind destination options for the TCP header, and take segments for
	// larger than they are.
	if (*extensions)
		set_int(fd, IPPROTO_TCP, TCP_MAXSEG, 1300, "MAXSEG");
	if (connect(fd, to->ai_addr, to->ai_addrlen))
		die("connect to %s port %s", argv[0], argv[1]);
	send_octets(fd, octets);
	if (shutdown(fd, SHUT_WR))
		die("shutdown");
	errno = 0;
	if (recv(fd, &confirmed, sizeof confirmed, MSG_WAITALL) != sizeof confirmed ||
	    confirmed != (uint64_t)octets)
		die("%llu of %ld octets arrived", (unsigned long long)confirmed, octets);
	while (recv(fd, buffer, sizeof buffer, 0) > 0) // until its FIN is here too
		;
	close(fd);
	printf("sent %ld\n", octets);
	return 0;
}

__attribute__((noreturn)) static void serve(int protocol, const char *port)
{
	int fd = listening(SOCK_STREAM, protocol, "::", port);

	if (listen(fd, 8))
		die("listen");
	ready();
	for (;;) {
		int peer = accept(fd, NULL, NULL);
		uint64_t received = 0;
		ssize_t n;

		if (peer < 0)
			die("accept");
		while ((n = recv(peer, buffer, sizeof buffer, 0)) > 0)
			received += (uint64_t)n;
		if (n < 0 || send(peer, &received, sizeof received, MSG_NOSIGNAL) < 0)
			fprintf(stderr, "traffic: a connection broke: %s\n", strerror(errno));
		close(peer);
	}
}

static int cmd_tcpd(char **argv)
{
	serve(0, argv[0]);
}

// An association cannot be closed in one direction: nothing comes back but that all was received.
static int cmd_sctp(char **argv)
{
	struct addrinfo *to = resolve(argv[0], argv[1], SOCK_STREAM);
	int fd = open_socket(to->ai_family, SOCK_STREAM, IPPROTO_SCTP);
	struct linger linger = {.l_onoff = 1, .l_linger = 30};

	set(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger, "LINGER");
	if (to->ai_family == AF_INET6) // and no path by addresses of IPv4
		set_int(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1, "V6ONLY");
	if (connect(fd, to->ai_addr, to->ai_addrlen))
		die("connect to %s port %s", argv[0], argv[1]);
	send_octets(fd, number(argv[2], 1L << 40));
	if (close(fd))
		die("close");
	printf("sent %s\n", argv[2]);
	return 0;
}

static int cmd_sctpd(char **argv)
{
	serve(IPPROTO_SCTP, argv[0]);
}

// Interface 0 of the multicast router is where the group comes in.
static void route_group4(char **devs, int count, const char *group, const char *source)
{
	int fd = open_socket(AF_INET, SOCK_RAW, IPPROTO_IGMP);
	struct mfcctl route = {.mfcc_parent = 0};

	set_int(fd, IPPROTO_IP, MRT_INIT, 1, "MRT_INIT");
	for (int i = 0; i < count; i++) {
		struct vifctl vif = {.vifc_vifi = (vifi_t)i,
				     .vifc_flags = VIFF_USE_IFINDEX,
				     .vifc_threshold = 1,
				     .vifc_lcl_ifindex = (int)device(devs[i])};

		set(fd, IPPROTO_IP, MRT_ADD_VIF, &vif, sizeof vif, devs[i]);
		if (i > 0)
			route.mfcc_ttls[i] = 1;
	}
	if (inet_pton(AF_INET, group, &route.mfcc_mcastgrp) != 1 ||
	    inet_pton(AF_INET, source, &route.mfcc_origin) != 1)
		die("%s from %s", group, source);
	set(fd, IPPROTO_IP, MRT_ADD_MFC, &route, sizeof route, "MRT_ADD_MFC");
}

static void route_group6(char **devs, int count, const char *group, const char *source)
{
	int fd = open_socket(AF_INET6, SOCK_RAW, IPPROTO_ICMPV6);
	struct mf6cctl route = {.mf6cc_parent = 0};

	set_int(fd, IPPROTO_IPV6, MRT6_INIT, 1, "MRT6_INIT");
	for (int i = 0; i < count; i++) {
		struct mif6ctl mif = {.mif6c_mifi = (mifi_t)i,
				      .vifc_threshold = 1,
				      .mif6c_pifi = (__u16)device(devs[i])};

		set(fd, IPPROTO_IPV6, MRT6_ADD_MIF, &mif, sizeof mif, devs[i]);
		if (i > 0)
			IF_SET(i, &route.mf6cc_ifset);
	}
	route.mf6cc_mcastgrp.sin6_family = route.mf6cc_origin.sin6_family = AF_INET6;
	if (inet_pton(AF_INET6, group, &route.mf6cc_mcastgrp.sin6_addr) != 1 ||
	    inet_pton(AF_INET6, source, &route.mf6cc_origin.sin6_addr) != 1)
		die("%s from %s", group, source);
	set(fd, IPPROTO_IPV6, MRT6_ADD_MFC, &route, sizeof route, "MRT6_ADD_MFC");
}

static int cmd_mroute(char **argv)
{
	char *devs[8] = {argv[0]};
	int count = 1;

	for (char *dev = strtok(argv[1], ","); dev && count < 8; dev = strtok(NULL, ","))
		devs[count++] = dev;
	(strchr(argv[2], ':') ? route_group6 : route_group4)(devs, count, argv[2], argv[3]);
	ready();
	sleep((unsigned int)number(argv[4], 3600)); // the routes go with the socket
	return 0;
}

static uint16_t sum16(uint32_t sum, const void *data, size_t size)
{
	const unsigned char *p = data;

	for (size_t i = 0; i < size; i += 2)
		sum += (uint32_t)(p[i] << 8 | p[i + 1]);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons((uint16_t)sum);
}

static int cmd_tapgso(char **argv)
{
	enum { segment = 1400, payload = 10 * segment, options = 12, ip = 14, tcp = ip + 20 };
	struct {
		struct virtio_net_hdr virtio;
		unsigned char to[6], from[6];
		uint16_t type;
		struct iphdr ip;
		struct tcphdr tcp;
		unsigned char rest[options + payload];
	} __attribute__((packed))
	frame = {.virtio = {VIRTIO_NET_HDR_F_NEEDS_CSUM, VIRTIO_NET_HDR_GSO_TCPV4,
			    tcp + 20 + options, segment, tcp, 16},
		 .from = {2},
		 .type = htons(0x0800),
		 .ip = {.version = 4, .ihl = 5, .ttl = 64, .protocol = IPPROTO_TCP},
		 .tcp = {.th_sport = htons(1000),
			 .th_dport = htons(9),
			 .th_off = 5 + options / 4,
			 .th_flags = TH_ACK}};
	const uint16_t length = sizeof frame.tcp + sizeof frame.rest;
	long count = number(argv[4], 1L << 20);
	struct ifreq request = {.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR};
	int fd = open("/dev/net/tun", O_RDWR);

	snprintf(request.ifr_name, sizeof request.ifr_name, "%s", argv[0]);
	if (fd < 0 || ioctl(fd, TUNSETIFF, &request) ||
	    ioctl(fd, TUNSETOFFLOAD, TUN_F_CSUM | TUN_F_TSO4))
		die("tap %s", argv[0]);
	if (!ether_aton_r(argv[1], (struct ether_addr *)frame.to))
		die("%s", argv[1]);
	frame.ip.tot_len = htons((uint16_t)(sizeof frame.ip + length));
	if (inet_pton(AF_INET, argv[2], &frame.ip.saddr) != 1 ||
	    inet_pton(AF_INET, argv[3], &frame.ip.daddr) != 1)
		die("%s to %s", argv[2], argv[3]);
	frame.ip.check = (uint16_t)~sum16(0, &frame.ip, sizeof frame.ip);
	memset(frame.rest, 1, options); // no-operations
	// What the checksum has to start from: the pseudo header.
	frame.tcp.check = sum16(IPPROTO_TCP + length, &frame.ip.saddr, 8);

	for (long i = 0; i < count; i++)
		if (write(fd, &frame, sizeof frame) != (ssize_t)sizeof frame)
			die("packet %ld of %ld", i + 1, count);
	printf("sent %ld\n", count);
	return 0;
}

// A session that nobody negotiated: both ends know its number.
static int cmd_pppoe(char **argv)
{
	struct { // as in <linux/if_pppox.h>, which does not go with <net/if.h>
		sa_family_t family;
		unsigned int protocol;
		uint16_t session;
		struct ether_addr remote;
		char dev[IFNAMSIZ];
	} __attribute__((packed)) peer = {.family = AF_PPPOX};
	int session = open_socket(AF_PPPOX, SOCK_STREAM, 0), channel, unit = -1;
	int ppp = open("/dev/ppp", O_RDWR), link = open("/dev/ppp", O_RDWR);

	if (ppp < 0 || link < 0)
		die("/dev/ppp");
	if (!ether_aton_r(argv[1], &peer.remote))
		die("%s", argv[1]);
	peer.session = htons((uint16_t)number(argv[2], 65534));
	snprintf(peer.dev, sizeof peer.dev, "%s", argv[0]);
	if (connect(session, (struct sockaddr *)&peer, sizeof peer))
		die("session on %s", argv[0]);
	if (ioctl(session, PPPIOCGCHAN, &channel) || ioctl(link, PPPIOCATTCHAN, &channel) ||
	    ioctl(ppp, PPPIOCNEWUNIT, &unit) || ioctl(link, PPPIOCCONNECT, &unit))
		die("PPP");
	ready();
	pause();
	return 0;
}

static const struct command {
	const char *name;
	int (*run)(char **argv); // what follows the name, and a null pointer
	int least, most;
} commands[] = {
	{"send", cmd_send, 4, 6},     {"gso", cmd_gso, 5, 5},       {"udpd", cmd_udpd, 1, 3},
	{"tcp", cmd_tcp, 3, 3},       {"tcpd", cmd_tcpd, 1, 1},     {"mroute", cmd_mroute, 5, 5},
	{"tapgso", cmd_tapgso, 5, 5}, {"pieces", cmd_pieces, 3, 3}, {"sctp", cmd_sctp, 3, 3},
	{"sctpd", cmd_sctpd, 1, 1},   {"pppoe", cmd_pppoe, 3, 3},
};

int main(int argc, char **argv)
{
	if (argc > 3 && !strcmp(argv[1], "with")) {
		extensions = argv[2];
		argc -= 2;
		argv += 2;
	}
	for (size_t i = 0; argc > 1 && i < sizeof commands / sizeof *commands; i++)
		if (!strcmp(argv[1], commands[i].name) && argc - 2 >= commands[i].least &&
		    argc - 2 <= commands[i].most)
			return commands[i].run(argv + 2);
	fputs(usage, stderr);
	return 2;
}
