/* SPDX-License-Identifier: MIT */
#include "mib/cells.h"

#include <assert.h>
#include <stdio.h>

#include "base/escape.h"
#include "base/units.h"

bool cells_number(struct mib_value *out, enum mib_type type, uint64_t value)
{
	out->type = type;
	out->number = value;
	return true;
}

bool cells_gauge(struct mib_value *out, uint64_t value)
{
	return cells_number(out, MIB_GAUGE32, value < UINT32_MAX ? value : UINT32_MAX);
}

bool cells_string(struct mib_value *out, const char *value)
{
	out->type = MIB_STRING;
	snprintf(out->string, sizeof(out->string), "%s", value);
	return true;
}

bool cells_escaped(struct mib_value *out, const char *text)
{
	out->type = MIB_STRING;
	escape_name(out->string, sizeof(out->string), text, ESCAPE_ASCII);
	return true;
}

bool cells_timestamp(const struct mib_context *ctx, uint64_t then_ns, struct mib_value *out)
{
	int64_t uptime_ns = (int64_t)then_ns - ctx->master_start_ns;
	uint32_t ticks = (uint32_t)(uptime_ns / NS_PER_CS);

	if (!then_ns || uptime_ns < 0)
		return cells_number(out, MIB_TIMETICKS, 0);
	return cells_number(out, MIB_TIMETICKS, ticks ? ticks : 1);
}

bool cells_discontinuity(const struct mib_context *ctx, enum family family, const struct figures *f,
			 const struct continuity *c, struct mib_value *out)
{
	bool followed = ctx->view->snapshot->source == SOURCE_KERNEL || family == FAMILY_TOTAL;
	uint64_t since_ns = c->since_ns;

	if (followed && since_ns < ctx->view->master_since_ns)
		since_ns = ctx->view->master_since_ns;
	return f->known && cells_timestamp(ctx, since_ns, out);
}

bool cells_quality(const struct figures *f, struct mib_value *out)
{
	enum quality q = figures_quality(f, METRICS_QUALITY);

	static_assert(QUALITY_EXACT == 1 && QUALITY_DERIVED == 2 && QUALITY_BYPASSED == 3,
		      "the numbers of IpfwQuality");
	return q != QUALITY_UNAVAILABLE && cells_number(out, MIB_INTEGER, q);
}

bool cells_counter(const struct figures *f, enum metric_id m, struct mib_value *out)
{
	return figures_known(f, m) && cells_number(out, MIB_COUNTER64, f->value[m]);
}
