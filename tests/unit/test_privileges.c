/* SPDX-License-Identifier: MIT */
/* privileges: which capabilities are left. As root; others have none to give up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/privileges.h"

#define BPF_ALONE (UINT64_C(1) << 39)

/* A set of /proc/self/status, such as "CapEff". */
static uint64_t capabilities(const char *set)
{
	FILE *f = fopen("/proc/self/status", "re");
	unsigned long long value = UINT64_MAX;
	char line[256];

	while (f && fgets(line, sizeof(line), f))
		if (!strncmp(line, set, strlen(set)))
			sscanf(line + strlen(set), ": %llx", &value);
	if (f)
		fclose(f);
	return value;
}

static int calls;

static bool works(void *arg)
{
	(void)arg;
	calls++;
	return capabilities("CapEff") == 0;
}

/* As bpf(2) before Linux 5.19 where kernel.unprivileged_bpf_disabled is set. */
static bool needs_capability(void *arg)
{
	(void)arg;
	calls++;
	return capabilities("CapEff") & BPF_ALONE;
}

static bool fails_anyway(void *arg)
{
	(void)arg;
	calls++;
	return false;
}

/* Drop them in a child. Its status is 0 where all is as wanted, else the number of what is not. */
static int drop(privileges_probe *probe, uint64_t left, int want_calls)
{
	int status = -1;
	pid_t child = fork();

	if (!child) {
		struct why why;
		bool kept;
		int r = privileges_drop("nobody", probe, NULL, &kept, &why);

		_exit(r                                ? 1
		      : kept != (left != 0)            ? 2
		      : capabilities("CapPrm") != left ? 3
		      : capabilities("CapEff") != left ? 4
		      : capabilities("CapInh") != 0    ? 5
		      : calls != want_calls            ? 6
		      : geteuid() == 0                 ? 7
						       : 0);
	}
	assert_true(child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void test_drop(void **state)
{
	(void)state;
	if (geteuid() != 0 || !(capabilities("CapPrm") & BPF_ALONE))
		skip();
	assert_int_equal(drop(works, 0, 1), 0);
	assert_int_equal(drop(needs_capability, BPF_ALONE, 2), 0);
	assert_int_equal(drop(fails_anyway, 0, 2), 0);
}

static void test_nobody(void **state)
{
	struct why why;
	bool kept = true;

	(void)state;
	assert_true(privileges_drop("no-such-user", works, NULL, &kept, &why) < 0);
	assert_string_equal(why.text, "user no-such-user: there is none");
	assert_false(kept);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_drop),
		cmocka_unit_test(test_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
