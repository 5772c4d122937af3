/* SPDX-License-Identifier: MIT */
#include "selftest/witness.h"

#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "output/output.h"
#include "selftest/json_reader.h"

const char *const witness_names[WITNESSES] = {
	[WITNESS_NETFILTER] = "netfilter", [WITNESS_FENTRY] = "fentry", [WITNESS_KERNEL] = "kernel",
	[WITNESS_JSON] = "json",           [WITNESS_AGENTX] = "agentx",
};

static void open_reader(struct witnesses *w, enum witness_id id, enum source_choice source,
			enum hooks_id hooks)
{
	struct witness *it = &w->all[id];
	struct attachment attachment;

	w->configs[id] =
		(struct collect_config){.source = source, .hooks = hooks, .attach = BPF_ATTACH_OWN};
	it->works = !collect_open(&w->collectors[id], &w->configs[id], &it->why);
	if (!it->works)
		return;
	it->why.text[0] = '\0';
	w->counts_drops[id] =
		collect_attachment(w->collectors[id], &attachment) && !attachment.drops.text[0];
	if (source == CHOOSE_EBPF && !w->counts_drops[id])
		it->why = attachment.drops;
}

void witness_open(struct witnesses *w, const struct router *r)
{
	open_reader(w, WITNESS_NETFILTER, CHOOSE_EBPF, HOOKS_NETFILTER);
	open_reader(w, WITNESS_FENTRY, CHOOSE_EBPF, HOOKS_FENTRY);
	open_reader(w, WITNESS_KERNEL, CHOOSE_KERNEL, HOOKS_NONE);
	w->best = WITNESS_NETFILTER;
	while (w->best < WITNESS_KERNEL && !w->all[w->best].works)
		w->best++;
	w->all[WITNESS_JSON].works = w->all[w->best].works;
	if (!w->all[w->best].works)
		w->all[WITNESS_JSON].why = w->all[WITNESS_AGENTX].why = w->all[w->best].why;
	else
		w->all[WITNESS_AGENTX].works =
			!master_open(&w->master, r, &w->all[WITNESS_AGENTX].why);
}

void witness_close(struct witnesses *w)
{
	master_close(&w->master);
	for (int id = 0; id < WITNESS_READERS; id++)
		collect_close(w->collectors[id]);
}

/* The key of each figure is in the table of metrics; so this finds what the writer made of it. */
static void read_json(const struct snapshot *s, struct witness *it)
{
	const struct output_options options = {.note = ""};
	struct output_document d;
	int r = output_json(&d, s, NULL, &options);

	it->works = !r;
	if (r) {
		why_errno(&it->why, r, NULL);
		return;
	}
	it->now = (struct counts){0};
	for (int f = FAMILY_IPV4; f <= FAMILY_IPV6; f++)
		for (int m = 0; m < M_IF_COUNT; m++) {
			const char *family = snapshot_family_names[f];
			const char *group = metrics_groups[metrics[m].group];
			const char *system[] = {family, group, metrics[m].sys_key, NULL, NULL};
			uint64_t value;

			if (json_reader_u64(d.text, system, &value))
				figures_set(&it->now.rows[ROW_SYSTEM][f], m, value);
			for (int i = 0; i < DEVICES; i++) {
				const char *device[] = {"interfaces", router_devices[i], family,
							metrics[m].if_key, NULL};

				if (json_reader_u64(d.text, device, &value))
					figures_set(&it->now.rows[ROW_DEVICE + i][f], m, value);
			}
		}
	free(d.text);
}

/* Its OID: the column's number is in the table of metrics. */
static struct mib_oid name_of(enum counts_row row, enum family f, enum metric_id m)
{
	static const uint32_t objects[] = {MIB_OBJECTS};
	const bool system = row == ROW_SYSTEM;
	struct mib_oid oid = {.len = ARRAY_SIZE(objects)};

	memcpy(oid.id, objects, sizeof(objects));
	oid.id[oid.len++] = system ? MIB_SYSTEM : MIB_IF;
	oid.id[oid.len++] = 1;
	oid.id[oid.len++] = system ? metrics[m].sys_column : metrics[m].if_column;
	oid.id[oid.len++] = f;
	if (!system)
		oid.id[oid.len++] = if_nametoindex(router_devices[row - ROW_DEVICE]);
	return oid;
}

static void read_agentx(struct master *m, struct snapshot *s, struct witness *it)
{
	struct master_object objects[ROW_PATH * (FAMILY_IPV6 - FAMILY_IPV4 + 1) * M_IF_COUNT] = {0};
	size_t n = 0;

	for (int row = 0; row < ROW_PATH; row++)
		for (int f = FAMILY_IPV4; f <= FAMILY_IPV6; f++)
			for (int i = 0; i < M_IF_COUNT; i++)
				objects[n++].name = name_of(row, f, i);
	it->works = !master_ask(m, s, objects, n, &it->why);
	it->now = (struct counts){0};
	n = 0;
	for (int row = 0; row < ROW_PATH; row++)
		for (int f = FAMILY_IPV4; f <= FAMILY_IPV6; f++)
			for (int i = 0; i < M_IF_COUNT; i++, n++)
				if (objects[n].known)
					figures_set(&it->now.rows[row][f], i, objects[n].value);
}

void witness_read(struct witnesses *w)
{
	for (int id = 0; id < WITNESS_READERS; id++) {
		struct witness *it = &w->all[id];
		struct snapshot *s;

		if (!it->works)
			continue;
		it->works = !collect_read(w->collectors[id], &s, &it->why);
		if (!it->works)
			continue;
		counts_of_snapshot(&it->now, s);
		for (int f = FAMILY_IPV4; f <= FAMILY_IPV6 && id == WITNESS_KERNEL; f++)
			w->merged[f] = s->system[f].ip_counts.value[C_IN_RECEIVES];
		if (id == (int)w->best && w->all[WITNESS_JSON].works)
			read_json(s, &w->all[WITNESS_JSON]);
		if (id == (int)w->best && w->all[WITNESS_AGENTX].works)
			read_agentx(&w->master, s, &w->all[WITNESS_AGENTX]);
		snapshot_free(s);
	}
}

void witness_begin(struct witnesses *w)
{
	for (int id = 0; id < WITNESSES; id++)
		w->all[id].before = w->all[id].now;
}

static void expect_of_kernel(uint32_t told, struct expected *out)
{
	for (int row = 0; row < ROWS; row++)
		for (int f = FAMILY_IPV4; f <= FAMILY_IPV6; f++)
			figures_keep(&out->counts.rows[row][f], row == ROW_SYSTEM ? told : 0);
	out->must[ROW_SYSTEM] = 1u << M_IN_PACKETS;
}

void witness_expect(const struct witnesses *w, enum witness_id id, const struct counts *sent,
		    uint32_t told, struct expected *out)
{
	const bool has_rows = id < WITNESS_READERS;
	const enum witness_id reader = has_rows ? id : w->best;
	const uint32_t must =
		w->counts_drops[reader] ? COUNTS_OF_DEVICE : COUNTS_OF_DEVICE & METRICS_QUALITY;

	*out = (struct expected){.counts = *sent};
	if (reader == WITNESS_KERNEL) {
		expect_of_kernel(told, out);
		return;
	}
	for (int row = 0; row < ROWS; row++) {
		if (row < ROW_PATH)
			out->must[row] = must;
		else if (has_rows && (row < ROW_LOST || w->counts_drops[reader]))
			out->must[row] = counts_metrics(row);
	}
	/* Without reasons for drops the rest is less than exact: nobody tells. */
	for (int row = 0; row < ROW_PATH && !w->counts_drops[reader]; row++)
		for (int f = FAMILY_IPV4; f <= FAMILY_IPV6; f++)
			figures_keep(&out->counts.rows[row][f], must);
}
