/* SPDX-License-Identifier: MIT */
/*
 * counters: exact counts by eBPF. counters_none.c stands in where it is not built.
 *
 * Counters belong to one network namespace: that of the thread that opens them. They are pinned and
 * then outlive the process, or they are the process's own.
 *
 * HOOKS. Two sets can count. netfilter links (Linux 6.4) are tried first: they belong to one
 * network namespace and miss no packet. fentry and fexit are tried next (Linux 5.5 on x86; on arm64
 * 6.4, where CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS came). To try a set is to attach it, all of it
 * or nothing; the errno of a refusal goes into the message. The types in ipfw_types.h have a few
 * members each, relocated to those of the running kernel (CO-RE), so no vmlinux.h is needed. A
 * compiled object is part of the program as an array of bytes, in the machine's byte order.
 *
 * WHAT A HOOK DOES. It decides whether to count the packet here: br_netfilter, VRF and IPsec also
 * call hooks for packets that are not to be counted, or not yet. Then it weighs the packet, and
 * adds. To weigh is to find packets and octets as on the wire; what GSO, GRO or fragmentation add
 * to the kernel's own count is kept beside it as `extra`, for audits. The additions are atomic
 * although the values are per CPU: POST_ROUTING also runs in process context, where a softirq can
 * interrupt it.
 *
 * WHAT IS DROPPED. One more program, the same for both sets, at the tracepoint of kfree_skb, in
 * maps of the set (drop_hook.h). It may be refused, as on kernels before 5.17, which give no
 * reason: the rest counts on, and info.drops_error says why. Its counters are those of an interface
 * (dropped, by stage) and a row for each pair of interfaces, stage and reason. The names of reasons
 * are taken from the kernel when the hooks are attached, into a map, since to read its types takes
 * longer than a whole reading. Where what came in is compared with what became of it, upstream
 * counters are read after those downstream, so that no packet is seen further on and not yet there.
 *
 * FLOWTABLES. Five more programs, the same for both sets, by fentry and fexit on functions of the
 * module nf_flow_table, in maps of the set (fast_hook.h). They can be loaded only while the module
 * is, and hold it. So without it they are not attached, info.fast_error says so, and whoever may
 * attaches them to counters that are there already (late.h), as when the agent finds the module
 * after a reading. What a flowtable forwarded before info.fast_since_ns is not known.
 *
 * SHARED HOOKS. fentry, the tracepoint and the functions of flowtables see all network namespaces.
 * For pinned counters one program is attached there, whoever else has counters, which finds the
 * packet's network namespace in a hash and goes on in that one's own program (dispatch.h). So a
 * packet's cost does not grow with their number, and more can have counters than the kernel lets
 * programs be at a function (38). A process's own counters, which end with it, have links of their
 * own; their programs see all packets and leave after one comparison where it is another's.
 *
 * MAPS. Interfaces with a low ifindex, and paths between such, are counted in plain arrays that are
 * mapped into memory: [cpu][ifindex]. The hooks find a place there without hashing, and reading
 * takes no system call. The others are in per-CPU hashes, which a reader searches from end to end
 * if a mapped word says that anything was ever put in. What finds no room is counted as missed.
 * A set of counters takes memory for all possible CPUs, and most of it at once: so a network
 * namespace gets arrays and hashes by what it has when the hooks are attached (sizes.h). The hooks
 * have the sizes of the arrays as constants; readers find them in the maps.
 *
 * WHO OWNS THE COUNTERS OF AN IFINDEX. Hooks count by ifindex, and an ifindex can pass from one
 * interface to another. So owners.c keeps a record beside the counters: the owner's name, since
 * when, and what the device had counted then. Each reading compares the records with the interfaces
 * that exist. An interface that was deleted and made anew between two readings, with the same name
 * and ifindex, would look the same; so each is also in a DEVMAP_HASH, `present`, and the kernel
 * itself removes an interface from it that goes away. Nobody knows which of the two counted what
 * came since the reading before: the new one's figures are absent in that reading and begin with
 * it. One that is still present under another name goes on. What belongs to an earlier owner is a
 * base to subtract. Counters of an interface that went away remain in the system's sums, so these
 * never step back; those in the hash make room and are added to those of IPFW_RETIRED. The records
 * are maps too and pinned with the rest, so the next reader, whoever it is, continues from there.
 * Who has read them before reads them again if info.changes is another number.
 *
 * A reader can be killed between any two calls. So what a call changes leaves all figures right or
 * to be done again: bases and paths are written before the interface's record, `present` after it,
 * and sums move in one call. tests/netns/killed.sh kills it before each.
 *
 * PINS. /sys/fs/bpf/ipfwagent/netns-INODE-layout-N/ holds the maps, links and records of one
 * network namespace. It is made under another name and renamed, so nobody finds half of it. Its
 * change time is set to `since`: when somebody removes a pin the time is another, and the rest is
 * not believed any more. One lock (flock on the base directory) is for those who attach and detach,
 * one (on the namespace's directory) for those who update records. `ip netns exec` mounts a fresh
 * /sys; then the pins are reached through /proc/PID/root of a calling process. The namespace's
 * cookie is kept too (info), since an inode number can be used again.
 *
 * REPLACED, NOT HANDED ON. Counters of another eBPF object can still be read, those of another
 * layout cannot. An object is another one if its instructions, maps or types differ
 * (object_hash.h), not if it was built elsewhere: the same source and compilers give the same
 * object, byte for byte (tests/reproducible). The commands `attach` and `agent` replace both: the
 * new counters begin at 0 with a new `since`, a discontinuity in all outputs. docs/decisions.md
 * says why they are not handed on.
 *
 * ORDER OF A READING. First the devices, then the maps, then both are put together. So packets
 * that come in between are not taken for `other` (the device less IPv4 and IPv6), where they would
 * stay, as a counter does not step back; the next reading has them all. Where a record begins,
 * which says how far the device was ahead of the maps, its device is read again after the maps.
 */
#ifndef IPFW_BPF_COUNTERS_H
#define IPFW_BPF_COUNTERS_H

#include "base/why.h"
#include "model/attachment.h"

struct counters;

/* Who reads the device's own counters of a row again, into FAMILY_TOTAL. Returns 0 or -errno. */
struct devices {
	int (*read)(void *arg, struct snapshot_if *row);
	void *arg;
};

/* What to do where no counters are pinned; pinned ones always serve. */
enum bpf_attach { BPF_ATTACH_NEVER, BPF_ATTACH_OWN, BPF_ATTACH_PINNED };

/*
 * Open the counters. BPF_ATTACH_PINNED also replaces pinned ones that another version made, or
 * another hook set than the wanted one. Returns 0; -ENOENT: none are pinned; -EPERM, -EOPNOTSUPP,
 * ...: cannot be had here, with a sentence for people in `why`.
 */
int counters_open(struct counters **out, enum hooks_id hooks, enum bpf_attach attach,
		  struct why *why);
void counters_close(struct counters *b); /* accepts NULL; pinned counters go on counting */

/* Which they are, since when and where. */
void counters_describe(const struct counters *b, struct attachment *out);

/*
 * A reading in three steps. counters_begin() waits for other readers, so that nothing does from
 * then on; the devices' own counters are to be read just before counters_sample(); then
 * counters_fill() overwrites in `s` what eBPF knows exactly: system and interface rows, paths,
 * source, hooks and since. The interfaces must be there, all of them; `devices` reads those that
 * begin again. Each returns 0 or -errno with a sentence in `why`; -ENOENT: the counters were
 * detached.
 */
int counters_begin(struct counters *b, struct why *why);
int counters_sample(struct counters *b, struct why *why);
int counters_fill(struct counters *b, struct snapshot *s, const struct devices *devices,
		  struct why *why);

/*
 * A number that one agent leaves for the next, with the counters and for as long as they are; 0:
 * there is none. Setting it returns 0 or -errno.
 */
int64_t counters_memo(const struct counters *b);
int counters_set_memo(struct counters *b, int64_t memo);

/* Whether the kernel lets this process read the maps that are open. */
bool counters_readable(const struct counters *b);

/*
 * Attach what counts flowtables, if their module was loaded since, to one's own counters or, if
 * they were opened with BPF_ATTACH_PINNED, to pinned ones. Returns whether it was attached; where
 * that is refused (--user) it stays as it is. If there was no flowtable until then, say so.
 */
bool counters_follow(struct counters *b);
void counters_none_bypassed(struct counters *b);

/* Give a sample up. */
void counters_drop(struct counters *b);

/* The pins in that directory are gone, and with them so many links. */
typedef void counters_detached(const char *directory, int links);

/*
 * Detach what is pinned, here or with `all` in every network namespace: also in those that nobody
 * can enter any more, which the links keep alive. `each` (NULL: nobody) hears of each set of pins.
 * Returns how many links ended, or -errno.
 */
int counters_detach(bool all, counters_detached *each, struct why *why);

/* Which hook sets work here: each is attached for a moment. Fills the verdicts. */
void counters_try(struct attachment *out);

#endif
