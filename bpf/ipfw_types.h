/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The kernel's types, cut down to the members that the hooks read. Offsets come from the running
 * kernel's BTF when the programs are loaded (CO-RE).
 */
#ifndef IPFW_TYPES_H
#define IPFW_TYPES_H

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct ns_common {
	unsigned int inum;
};

struct ipv6_devconf {
	__s32 forwarding;
	__s32 mtu6;
};

struct netns_ipv6 {
	struct ipv6_devconf *devconf_all;
};

struct net {
	struct ns_common ns;
	struct netns_ipv6 ipv6;
};

typedef struct {
	struct net *net;
} possible_net_t;

struct inet6_dev {
	struct ipv6_devconf cnf;
};

struct net_device {
	int ifindex;
	unsigned int mtu;
	unsigned short hard_header_len;
	unsigned short needed_headroom;
	unsigned long priv_flags : 32;
	const unsigned char *dev_addr;
	struct inet6_dev *ip6_ptr;
	possible_net_t nd_net;
};

struct xfrm_algo_aead {
	unsigned int alg_icv_len;
};

struct xfrm_algo_auth {
	unsigned int alg_trunc_len;
};

struct xfrm_state {
	struct {
		__u8 mode;
		int trailer_len;
	} props;
	struct xfrm_algo_auth *aalg;
	struct xfrm_algo_aead *aead;
};

struct sec_path {
	__u32 len;
	__u32 olen;
	struct xfrm_state *xvec[1];
};

enum skb_ext_id { SKB_EXT_SEC_PATH };

struct skb_ext {
	__u8 offset[1];
};

struct sock;

struct dst_entry {
	struct net_device *dev;
	unsigned long _metrics;
	unsigned long expires;
	struct xfrm_state *xfrm;
	unsigned short flags;
	short error;
};

struct dst_metrics {
	__u32 metrics[2];
};

struct rtable {
	__u16 rt_type;
	__u8 rt_is_input;
	unsigned int rt_mtu_locked : 1, rt_pmtu : 31;
};

struct rt6_info {
	__u32 rt6i_flags;
};

struct sk_buff {
	struct net_device *dev;
	struct sock *sk;
	struct sk_buff *next;
	unsigned int len;
	int skb_iif;
	unsigned char *head;
	unsigned char *data;
	__u32 end;
	__u16 protocol;
	__u16 transport_header;
	__u16 network_header;
	__u16 mac_header;
	__u16 inner_transport_header;
	__u16 inner_network_header;
	unsigned long _skb_refdst;
	__u8 pkt_type : 3;
	__u8 ignore_df : 1;
	__u8 cloned : 1;
	__u8 encapsulation : 1;
	__u8 active_extensions;
	struct skb_ext *extensions;
	char cb[48];
};

typedef struct {
	int counter;
} atomic_t;

struct skb_shared_info {
	__u16 gso_size;
	__u16 gso_segs;
	unsigned int gso_type;
	struct sk_buff *frag_list;
	atomic_t dataref;
};

/* What IP keeps in skb->cb. */
struct inet_skb_parm {
	int iif;
	__u16 flags;
	__u16 frag_max_size;
};

struct inet6_skb_parm {
	int iif;
	__u16 nhoff;
	__u16 flags;
	__u16 frag_max_size;
};

struct iphdr {
	__u8 ihl : 4, version : 4;
	__be16 tot_len;
	__be16 frag_off;
	__u8 ttl;
};

struct in6_addr {
	union {
		__u8 u6_addr8[16];
	} in6_u;
};

struct ipv6hdr {
	__be16 payload_len;
	__u8 nexthdr;
	struct in6_addr daddr;
};

struct ipv6_opt_hdr {
	__u8 nexthdr;
	__u8 hdrlen;
};

struct tcphdr {
	__u16 res1 : 4, doff : 4;
};

struct ethhdr {
	unsigned char h_dest[6];
};

struct sock_common {
	volatile unsigned char skc_state;
};

struct sock {
	struct sock_common __sk_common;
};

struct ipv6_pinfo {
	__u32 frag_size;
	__u16 pmtudisc : 3;
};

struct inet_sock {
	struct ipv6_pinfo *pinet6;
	__u8 pmtudisc;
};

struct nf_hook_state {
	__u8 hook;
	__u8 pf;
	struct net_device *in;
	struct net_device *out;
	struct sock *sk;
	struct net *net;
	void *okfn;
};

struct bpf_nf_ctx {
	const struct nf_hook_state *state;
	struct sk_buff *skb;
};

#pragma clang attribute pop

/* Constants of the kernel that are not in its BTF, or that must be known when compiling. */
#define GSO_TCP                 (1 << 0 | 1 << 4) /* SKB_GSO_TCPV4, _TCPV6 */
#define GSO_TUNNELS             (0x3f << 6) /* SKB_GSO_GRE, _GRE_CSUM, _IPXIP4, _IPXIP6, _UDP_TUNNEL, _CSUM */
#define GSO_SCTP                (1 << 14)
#define GSO_ESP                 (1 << 15)
#define GSO_UDP                 (1 << 17) /* SKB_GSO_UDP_L4 */
#define GSO_UDP_FRAGMENTS       (1 << 16) /* SKB_GSO_UDP */
#define GSO_BY_FRAGS            0xffff
#define PACKET_OTHERHOST        3
#define PACKET_OUTGOING         4
#define IPPROTO_HOPOPTS         0
#define IPPROTO_ROUTING         43
#define IPPROTO_DSTOPTS         60
#define MOST_EXTENSIONS         16
#define IP_PMTUDISC_PROBE       3 /* IPv6's as well */
#define TCP_TIME_WAIT           6
#define TCP_NEW_SYN_RECV        12
#define IP_DF                   0x4000
#define IPV6_MIN_MTU            1280
#define PACKET_LOOPBACK         5
#define LOOPBACK_IFINDEX        1
#define IPSKB_FORWARDED         (1 << 0)
#define IPSKB_XFRM_TRANSFORMED  (1 << 2)
#define IPSKB_REROUTED          (1 << 4)
#define IP6SKB_XFRM_TRANSFORMED (1 << 0)
#define IP6SKB_FORWARDED        (1 << 1)
#define DST_NOT_IP              (0x10 | 0x80) /* DST_FAKE_RTABLE, DST_METADATA */
#define RTN_LOCAL               2
#define RTN_BROADCAST           3
#define RTN_MULTICAST           5
#define RTF_ANYCAST             0x00100000u
#define RTF_LOCAL               0x80000000u
#define IP6SKB_REROUTED         (1 << 2)
#define IP6SKB_FAKEJUMBO        (1 << 9)
#define XFRM_MODE_TUNNEL        1
#define SKB_DST_NOREF           1ul
#define SKB_DST_PTRMASK         (~SKB_DST_NOREF)
#define IP_FRAGMENT             0x3fff /* IP_MF and the offset */
#define DST_METRICS_PTRMASK     (~3ul)
#define RTAX_LOCK               1
#define RTAX_MTU                2
#define IFF_L3MDEV_MASTER       (1 << 18)
#define IFF_L3MDEV_SLAVE        (1 << 21)

#endif
