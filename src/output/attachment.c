/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>

#include "base/escape.h"
#include "model/attachment.h"
#include "output/json_members.h"

static void print(FILE *f, const struct attachment *a)
{
	char line[512], netns[ESCAPE_NETNS_MAX];

	if (a->netns[0])
		fprintf(f, "network namespace %s\n",
			escape_name(netns, sizeof(netns), a->netns, ESCAPE_TEXT));
	fprintf(f, "%s\n", attachment_line(a, line, sizeof(line)));
	if (a->drops.text[0])
		fprintf(f, "dropped packets are not counted: %s\n", a->drops.text);
	fprintf(f, "%s\n", attachment_flowtables(a, line, sizeof(line)));
	if (a->agent[0])
		fprintf(f, "agent: %s\n", a->agent);
}

int output_text_attachment(struct output_document *d, const struct attachment *a, size_t n,
			   const struct output_options *options)
{
	FILE *f = output_begin(d);

	(void)options;
	if (!f)
		return -errno;
	for (size_t i = 0, shown = 0; i < n; i++)
		if (a[i].hooks != HOOKS_NONE) {
			if (shown++)
				fputc('\n', f);
			print(f, &a[i]);
		}
	return output_end(d, f);
}

static void put_verdicts(struct json *j, const struct attachment *a)
{
	json_key(j, "hooks");
	json_open(j, '{');
	for (int id = HOOKS_NONE + 1; id < HOOKS_COUNT; id++) {
		json_key(j, snapshot_hooks_names[id]);
		json_open(j, '{');
		json_put_bool(j, "works", a->tried, a->verdicts[id].works);
		json_put_text(j, "why", a->tried ? a->verdicts[id].why.text : NULL);
		json_close(j, '}');
	}
	json_close(j, '}');
}

static void put_attachment(struct json *j, const struct attachment *a,
			   const struct output_options *options)
{
	bool attached = a->hooks != HOOKS_NONE;
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	json_open(j, '{');
	json_put_head(j, true, now, options->hostname, a->netns);
	json_put_bool(j, "attached", true, attached);
	json_key(j, "source");
	json_open(j, '{');
	json_put_source(j, attached ? SOURCE_EBPF : SOURCE_KERNEL, a->hooks, attached, a->since);
	json_close(j, '}');
	json_put_text(j, "pinned", a->directory[0] ? a->directory : NULL);
	json_put_bool(j, "drops", attached, !a->drops.text[0]);
	json_put_text(j, "drops_why", a->drops.text[0] ? a->drops.text : NULL);
	json_put_bool(j, "fast_path", attached, !a->fast_path.text[0]);
	json_put_text(j, "fast_path_why", a->fast_path.text[0] ? a->fast_path.text : NULL);
	json_put_text(j, "agent", a->agent[0] ? a->agent : NULL);
	json_put_text(j, "agent_why", a->no_answer.text[0] ? a->no_answer.text : NULL);
	json_put_text(j, "why", attached ? NULL : a->why.text);
	put_verdicts(j, a);
	json_close(j, '}');
}

int output_json_attachment(struct output_document *d, const struct attachment *a, size_t n,
			   const struct output_options *options)
{
	bool is_array = n != 1 || a->netns[0];
	struct json j = {.pretty = options->pretty};

	if (is_array)
		json_open(&j, '[');
	for (size_t i = 0; i < n; i++)
		put_attachment(&j, &a[i], options);
	if (is_array)
		json_close(&j, ']');
	return json_finish(&j, d);
}
