/* SPDX-License-Identifier: MIT */
#include "agentx/thread.h"

#include <errno.h>
#include <stddef.h>

int agentx_start(struct agentx **out, const struct agentx_config *config)
{
	(void)config;
	*out = NULL;
	return -EOPNOTSUPP;
}

void agentx_publish(struct agentx *a, struct mib_view *views)
{
	(void)a;
	mib_view_free(views);
}

bool agentx_failed(struct agentx *a, const char **why)
{
	(void)a;
	(void)why;
	return false;
}

int64_t agentx_master(struct agentx *a)
{
	(void)a;
	return 0;
}

bool agentx_stop(struct agentx *a)
{
	(void)a;
	return true;
}
