/* SPDX-License-Identifier: MIT */
#include "sources/procfs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/units.h"
#include "sources/procfs_parse.h"

static bool is_regular(const struct stat *st)
{
	if (!S_ISREG(st->st_mode))
		errno = S_ISDIR(st->st_mode) ? EISDIR : EINVAL;
	return S_ISREG(st->st_mode);
}

/*
 * In a captured tree a file may be anything: opening one must not wait for its contents, and a
 * device is not even opened, since some act on that.
 */
static FILE *open_below(const struct procfs *p, const char *path, char *full)
{
	struct stat st;
	FILE *f = NULL;
	int fd;

	if (snprintf(full, PATH_MAX, "%s%s", p->root, path) >= PATH_MAX) {
		errno = ENAMETOOLONG;
		return NULL;
	}
	if (p->root[0] && stat(full, &st) == 0 && !is_regular(&st))
		return NULL;
	fd = open(full, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return NULL;
	if (fstat(fd, &st) == 0 && is_regular(&st))
		f = fdopen(fd, "r");
	if (!f)
		close(fd);
	return f;
}

void procfs_open(struct procfs *p, const char *root)
{
	char path[PATH_MAX], release[64];
	FILE *f;

	p->root = root ? root : "";
	p->epoch = (struct kernel_epoch){0, 0};
	f = open_below(p, "/proc/sys/kernel/osrelease", path);
	if (!f)
		return;
	if (fgets(release, sizeof(release), f))
		p->epoch = kernel_epoch_parse(release);
	fclose(f);
}

/* A short line of a file, without its end. Returns false if there is none. */
static bool read_line(const struct procfs *p, const char *file, char *text, size_t size)
{
	char path[PATH_MAX];
	FILE *f = open_below(p, file, path);
	bool found = f && fgets(text, size, f);

	if (f)
		fclose(f);
	if (found)
		text[strcspn(text, "\n")] = '\0';
	return found && text[0];
}

/* When the machine was started, in seconds; 0: not known. */
static long long read_btime(const struct procfs *p)
{
	char path[PATH_MAX], part[256];
	FILE *f = open_below(p, "/proc/stat", path);
	long long btime = 0;

	/* The line of interrupts is long: it comes in parts, and none of them begins like this. */
	while (f && !btime && fgets(part, sizeof(part), f))
		if (sscanf(part, "btime %lld", &btime) != 1)
			btime = 0;
	if (f)
		fclose(f);
	return btime > 0 ? btime : 0;
}

void procfs_read_origin(const struct procfs *p, struct snapshot *s)
{
	long long btime = read_btime(p), seconds = 0;
	int hundredths = 0;
	char uptime[64];

	s->captured = true;
	if (!read_line(p, "/proc/sys/kernel/hostname", s->captured_host,
		       sizeof(s->captured_host)) &&
	    !read_line(p, "/etc/hostname", s->captured_host, sizeof(s->captured_host)))
		s->captured_host[0] = '\0';
	s->wall_unknown = !btime || !read_line(p, "/proc/uptime", uptime, sizeof(uptime)) ||
			  sscanf(uptime, "%lld.%2d", &seconds, &hundredths) != 2;
	s->wall = (struct timespec){0, 0};
	if (!s->wall_unknown)
		s->wall = (struct timespec){btime + seconds, hundredths * (NS_PER_S / 100)};
}

static const char *parse_error(int err)
{
	return err == -EBADMSG  ? "cut off or garbled"
	       : err == -EINVAL ? "not a regular file"
				: strerror(-err);
}

/* Returns 0 if the file could be opened, whatever its content; otherwise -errno. Notes troubles. */
static int read_counters(const struct procfs *p, const char *file, bool snmp6,
			 struct kernel_counters *out, struct snapshot *s)
{
	char path[PATH_MAX];
	FILE *f = open_below(p, file, path);
	int r;

	if (!f) {
		r = -errno;
		if (!(snmp6 && r == -ENOENT)) /* a kernel without IPv6 */
			snapshot_trouble(s, "%s: %s", path, parse_error(r));
		return r;
	}
	r = snmp6 ? procfs_parse_snmp6(f, out, NULL) : procfs_parse_pairs(f, out);
	if (r) {
		kernel_forget_unclear(out);
		snapshot_trouble(s, "%s: %s", path, parse_error(r));
	}
	fclose(f);
	return 0;
}

/* Returns the number in a file, as sysctl files have it, or -errno. */
static int read_switch(const struct procfs *p, const char *file)
{
	char path[PATH_MAX];
	char text[16], *end;
	FILE *f = open_below(p, file, path);
	long value = -1;

	if (!f)
		return -errno;
	if (fgets(text, sizeof(text), f)) {
		value = strtol(text, &end, 10);
		if (end == text)
			value = -1;
	}
	fclose(f);
	return value >= 0 && value <= INT_MAX ? value : -EBADMSG;
}

int procfs_any_forwarding(const struct procfs *p, enum family family)
{
	char path[PATH_MAX], file[PATH_MAX];
	struct dirent *entry;
	int result = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/proc/sys/net/%s/conf", p->root,
		 snapshot_family_names[family]);
	dir = opendir(path);
	if (!dir)
		return -errno;
	while (!result && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.' || !strcmp(entry->d_name, "default"))
			continue;
		snprintf(file, sizeof(file), "/proc/sys/net/%s/conf/%s/forwarding",
			 snapshot_family_names[family], entry->d_name);
		result = read_switch(p, file) > 0;
	}
	closedir(dir);
	return result;
}

/* The global switch; the switches of interfaces are read where that is cheapest. */
static void set_forwarding(const struct procfs *p, enum family family, struct snapshot_system *row)
{
	char file[PATH_MAX];
	int value;

	snprintf(file, sizeof(file), "/proc/sys/net/%s/conf/all/forwarding",
		 snapshot_family_names[family]);
	value = read_switch(p, file);
	if (value < 0)
		return;
	row->forwarding_known = true;
	row->forwarding = value > 0;
}

void procfs_read_system(const struct procfs *p, struct snapshot *s)
{
	struct snapshot_system *ip4 = &s->system[FAMILY_IPV4], *ip6 = &s->system[FAMILY_IPV6];
	struct kernel_counters k = {.known = 0};

	read_counters(p, "/proc/net/snmp", false, &k, s);
	read_counters(p, "/proc/net/netstat", false, &k, s);
	kernel_figures(&k, FAMILY_IPV4, p->epoch, false, &ip4->figures);
	kernel_ip_counts(&k, FAMILY_IPV4, &ip4->ip_counts);
	set_forwarding(p, FAMILY_IPV4, ip4);
	if (!ip4->forwarding_known && kernel_known(&k, K_FORWARDING)) {
		ip4->forwarding_known = true;
		ip4->forwarding = k.value[K_FORWARDING] == 1; /* ipForwarding, RFC 4293 */
	}

	k.known = 0;
	read_counters(p, "/proc/net/snmp6", true, &k, s);
	kernel_figures(&k, FAMILY_IPV6, p->epoch, false, &ip6->figures);
	kernel_ip_counts(&k, FAMILY_IPV6, &ip6->ip_counts);
	set_forwarding(p, FAMILY_IPV6, ip6);
}

int procfs_read_ip6(const struct procfs *p, const char *ifname, struct kernel_counters *out,
		    uint32_t *ifindex)
{
	char file[PATH_MAX], path[PATH_MAX];
	int r = -EBADMSG;

	snprintf(file, sizeof(file), "/proc/net/dev_snmp6/%s", ifname);
	/* The file of an interface goes away with it, even while somebody reads the file. */
	for (int i = 0; i < 2 && r; i++) {
		FILE *f = open_below(p, file, path);

		out->known = 0;
		if (!f)
			return -errno;
		r = procfs_parse_snmp6(f, out, ifindex);
		if (r)
			kernel_forget_unclear(out);
		fclose(f);
	}
	return r;
}

struct dev_reader {
	const struct procfs *p;
	struct snapshot *s;
};

static int add_dev_row(void *arg, const char *name, const struct kernel_device *dev)
{
	struct dev_reader *reader = arg;
	struct kernel_counters ip6 = {.known = 0};
	struct snapshot_if *row;
	uint32_t ifindex = 0;
	int r;

	r = procfs_read_ip6(reader->p, name, &ip6, &ifindex);
	if (r && r != -ENOENT)
		snapshot_trouble(reader->s, "%s/proc/net/dev_snmp6/%s: %s", reader->p->root, name,
				 parse_error(r));
	row = snapshot_add_if(reader->s, ifindex, name);
	if (!row)
		return -ENOMEM;
	kernel_fill_if(row, dev, r != -ENOENT, &ip6, reader->p->epoch);
	return 0;
}

void procfs_read_ifs(const struct procfs *p, struct snapshot *s)
{
	struct dev_reader reader = {p, s};
	char path[PATH_MAX];
	FILE *f = open_below(p, "/proc/net/dev", path);
	int r = f ? procfs_parse_dev(f, add_dev_row, &reader) : -errno;

	s->ifs_incomplete = r != 0;
	if (r)
		snapshot_trouble(s, "%s: %s", path, parse_error(r));
	if (f)
		fclose(f);
}
