/* SPDX-License-Identifier: MIT */
/* conf and options: the configuration file under the command line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "options/file.h"
#include "options/options.h"

/* In place of log.c: the lines are kept. */
static char logged[65536];

__attribute__((format(printf, 1, 0))) static void keep(const char *fmt, va_list ap)
{
	size_t used = strlen(logged);

	vsnprintf(logged + used, sizeof(logged) - used, fmt, ap);
	used = strlen(logged);
	snprintf(logged + used, sizeof(logged) - used, "\n");
}

void log_warning(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	keep(fmt, ap);
	va_end(ap);
}

void log_info(const char *fmt, ...)
{
	(void)fmt;
}

void log_fatal(const char *fmt, ...)
{
	(void)fmt;
	abort();
}

void log_about(const char *subject)
{
	(void)subject;
}

void log_no_info(void)
{
}

void log_never_wait(void)
{
}

void log_divert(void (*take)(void *arg, const char *line), void *arg)
{
	(void)take;
	(void)arg;
}

static char pairs[4096];

static int note_pair(void *arg, const char *key, const char *value, struct why *why)
{
	size_t used = strlen(pairs);

	(void)arg;
	snprintf(pairs + used, sizeof(pairs) - used, "%s=%s;", key, value);
	return strcmp(key, "bad") ? 0 : why_set(why, -EINVAL, "bad %s", value);
}

/* Returns the number of errors; what was set is in `pairs`, the messages in `logged`. */
static unsigned parse(const char *bytes, size_t size)
{
	char *text = malloc(size + 1); /* no byte more, for AddressSanitizer */
	unsigned errors;

	assert_non_null(text);
	memcpy(text, bytes, size);
	logged[0] = pairs[0] = '\0';
	errors = options_file_parse("f", text, size, note_pair, NULL);
	free(text);
	return errors;
}

#define PARSE(string) parse(string, sizeof(string) - 1)

static void test_lines(void **state)
{
	(void)state;
	assert_int_equal(PARSE(""), 0);
	assert_int_equal(PARSE("\n\n  \n\t\n# a comment\n   # another"), 0);
	assert_string_equal(pairs, "");
	assert_int_equal(PARSE("a 1\n  b\t \t2  \nc 3#4 # comment\nd 5"), 0);
	assert_string_equal(pairs, "a=1;b=2;c=3#4;d=5;");
	assert_int_equal(PARSE("a 1\r\n\r\nb 2 \r\n# c\r\nd 4\r"), 0);
	assert_string_equal(pairs, "a=1;b=2;d=4;");
	assert_string_equal(logged, "");
}

static void test_errors(void **state)
{
	(void)state;
	assert_int_equal(PARSE("a 1\nbad x\n\nalone\na 1 2 3\nb \"q\"\nc 'q'\ne # 1\nlast 1"), 6);
	assert_string_equal(pairs,
			    "a=1;bad=x;last=1;"); /* the rest of the file is read all the same */
	assert_string_equal(logged, "f:2: bad x\n"
				    "f:4: alone: want a key, a blank and a value\n"
				    "f:5: a 1: one value a line, '2' is too much\n"
				    "f:6: b \"q\": values have no quotes\n"
				    "f:7: c 'q': values have no quotes\n"
				    "f:8: e: want a key, a blank and a value\n");
}

static void test_odd_bytes(void **state)
{
	static char longest[60000];

	(void)state;
	assert_int_equal(PARSE("a 1\na \0 2\nb 2\0"), 2);
	assert_string_equal(logged, "f:2: a NUL byte: not a text file\n"
				    "f:3: a NUL byte: not a text file\n");
	assert_int_equal(PARSE("bad \033[31m\xff\n"), 1);
	assert_string_equal(logged, "f:1: bad \\x1b[31m\\xff\n");
	memset(longest, 'x', sizeof(longest));
	assert_int_equal(parse(longest, sizeof(longest)), 1);
	assert_true(strlen(logged) < 200);
	longest[1] = longest[3] = ' ';
	assert_int_equal(parse(longest, sizeof(longest)), 1);
	assert_true(strlen(logged) < 300);
}

/* A file with that content; the caller removes it. */
static char path[] = "/tmp/test_conf.XXXXXX";

static void make_file(const char *text, size_t size)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, size, f), size);
	assert_int_equal(fclose(f), 0);
}

static void make_text(const char *text)
{
	make_file(text, strlen(text));
}

static void test_load(void **state)
{
	static char big[OPTIONS_FILE_MAX + 1];
	char *text;
	struct why why;
	size_t size;

	(void)state;
	make_text("a 1\n");
	assert_int_equal(options_file_load(path, &text, &size, &why), 0);
	assert_int_equal(size, 4);
	assert_memory_equal(text, "a 1\n", 4);
	free(text);
	make_file(big, OPTIONS_FILE_MAX);
	assert_int_equal(options_file_load(path, &text, &size, &why), 0);
	assert_int_equal(size, OPTIONS_FILE_MAX);
	assert_int_equal(options_file_parse(path, text, size, note_pair, NULL), 1);
	free(text);
	make_file(big, OPTIONS_FILE_MAX + 1);
	assert_int_equal(options_file_load(path, &text, &size, &why), -EFBIG);
	assert_null(text);
	assert_string_equal(why.text, "larger than 65536 bytes: not a configuration file");
	assert_int_equal(options_file_load("/", &text, &size, &why), -EISDIR);
	assert_string_equal(why.text, "Is a directory");
	assert_int_equal(options_file_load("/dev/null", &text, &size, &why), -EINVAL);
	assert_string_equal(why.text, "not a regular file");
	assert_int_equal(options_file_load("/nowhere/at/all", &text, &size, &why), -ENOENT);
	assert_string_equal(why.text, "No such file or directory");
}

/* What the agent reads from that file and those arguments; options keep their argv. */
static void read_options(struct options *o, const char *text, ...)
{
	static const char *args[16];
	struct why why;
	int n = 0;
	va_list ap;

	args[n++] = "ipfwagent";
	args[n++] = "agent";
	args[n++] = "--config";
	args[n++] = path;
	va_start(ap, text);
	while ((args[n] = va_arg(ap, const char *)))
		n++;
	va_end(ap);
	make_text(text);
	logged[0] = '\0';
	assert_int_equal(options_parse(o, n, (char **)args, &why), 0);
}

static void test_file(void **state)
{
	struct options o;

	(void)state;
	read_options(&o,
		     "interval 2.5\nsource kernel\nhooks fentry\ninclude eth*\ninclude lan?\n"
		     "exclude eth1\nnetns blue\nagentx-socket unix:/x\nnotifications yes\n"
		     "detach-on-exit no\nverbose yes\n",
		     NULL);
	assert_int_equal(o.interval_ns, 2500000000);
	assert_int_equal(o.collect.source, CHOOSE_KERNEL);
	assert_int_equal(o.collect.hooks, HOOKS_FENTRY);
	assert_int_equal(o.collect.filter.include.n, 2);
	assert_string_equal(o.collect.filter.include.globs[1], "lan?");
	assert_int_equal(o.collect.filter.exclude.n, 1);
	assert_string_equal(o.netns, "blue");
	assert_string_equal(o.agentx_socket, "unix:/x");
	assert_true(o.notifications && !o.detach_on_exit && o.verbose);
	assert_string_equal(logged, "");
	options_clear(&o);
}

static void test_line_wins(void **state)
{
	struct options o;

	(void)state;
	read_options(&o,
		     "interval 2\ninclude eth*\ninclude lan*\nnotifications no\nexclude "
		     "eth1\nsource ebpf\n",
		     "-i", "3", "--include", "wan0", "--notifications", NULL);
	assert_int_equal(o.interval_ns, 3000000000);
	assert_int_equal(o.collect.filter.include.n, 1);
	assert_string_equal(o.collect.filter.include.globs[0], "wan0");
	assert_int_equal(o.collect.filter.exclude.n, 1);
	assert_int_equal(o.collect.source, CHOOSE_EBPF);
	assert_true(o.notifications);
	options_clear(&o);
}

static void test_times(void **state)
{
	static const struct {
		const char *text;
		uint64_t ns;
	} times[] = {
		{"10ms", 10000000},   {"0.01", 10000000},      {"500ms", 500000000},
		{"1.5", 1500000000},  {"5s", 5000000000},      {"1m", 60000000000},
		{"2e1", 20000000000}, {"24h", 86400000000000},
	};
	static const char *const wrong[] = {"9ms",  "24.1h", "1 s", "s",   "ms", "1S",
					    "1min", "-1",    "nan", "inf", "0x", "1ms "};
	struct options o;

	(void)state;
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		read_options(&o, "", "-i", times[i].text, NULL);
		assert_int_equal(o.interval_ns, times[i].ns);
		assert_int_equal(options_interval_ns(&o), times[i].ns);
		options_clear(&o);
	}
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		char *args[] = {(char *)"ipfwagent", (char *)"monitor", (char *)"-i",
				(char *)wrong[i], NULL};
		struct why why;

		assert_int_equal(options_parse(&o, 4, args, &why), -EINVAL);
		assert_non_null(strstr(why.text, ": want a time from 10ms to 24h"));
		options_clear(&o);
	}
	read_options(&o, "interval 2m\nnotification-hold-down 500ms\n", NULL);
	assert_int_equal(o.interval_ns, 120000000000);
	assert_int_equal(o.hold_down_ns, 500000000);
	options_clear(&o);
}

static void test_window(void **state)
{
	static const struct {
		const char *text;
		uint64_t s;
	} windows[] = {{"10", 10}, {"5m", 300}, {"1h", 3600}, {"20000ms", 20}, {"no", 0}, {"0", 0}};
	static const char *const wrong[] = {"9", "3601", "10.5", "yes", "-20", "0s", "10 s", "nan"};
	struct options o;

	(void)state;
	read_options(&o, "", NULL);
	assert_int_equal(o.peak_window_ns, 300000000000);
	options_clear(&o);
	for (size_t i = 0; i < sizeof(windows) / sizeof(windows[0]); i++) {
		read_options(&o, "", "--peak-window", windows[i].text, NULL);
		assert_int_equal(o.peak_window_ns, windows[i].s * 1000000000);
		options_clear(&o);
	}
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		char *args[] = {(char *)"ipfwagent", (char *)"agent", (char *)"--peak-window",
				(char *)wrong[i], NULL};
		struct why why;

		assert_int_equal(options_parse(&o, 4, args, &why), -EINVAL);
		assert_non_null(strstr(why.text, ": want whole seconds from 10s to 1h"));
		options_clear(&o);
	}
	read_options(&o, "peak-window no\n", NULL);
	assert_int_equal(o.peak_window_ns, 0);
	options_clear(&o);
}

static void test_reload(void **state)
{
	struct options o, fresh;
	char list[128];

	(void)state;
	read_options(&o, "interval 2\ninclude eth*\n", "-v", "--source", "kernel", NULL);
	make_text("interval 3\nhooks fentry\nnetns red\nsource auto\n");
	assert_int_equal(options_reload(&fresh, &o), 0);
	assert_int_equal(fresh.interval_ns, 3000000000);
	assert_int_equal(fresh.collect.source, CHOOSE_KERNEL);
	assert_true(fresh.verbose);
	assert_int_equal(options_differ(&o, &fresh, true, list, sizeof(list)), 2);
	assert_string_equal(list, "interval, include");
	assert_int_equal(options_differ(&o, &fresh, false, list, sizeof(list)), 2);
	assert_string_equal(list, "hooks, netns");
	assert_int_equal(options_differ(&o, &fresh, false, list, 4), 2);
	assert_string_equal(list, "hoo");
	assert_int_equal(options_differ(&o, &o, true, list, sizeof(list)), 0);
	assert_string_equal(list, "");
	options_clear(&fresh);

	logged[0] = '\0';
	make_text("interval abc\nsource x\nhooks\n");
	assert_int_equal(options_reload(&fresh, &o), -EINVAL);
	assert_non_null(strstr(
		logged,
		":1: interval 'abc': want a time from 10ms to 24h, as in 0.5, 500ms, 5s, 1m\n"));
	assert_non_null(strstr(logged, ":2: source 'x': want one of auto, kernel, ebpf\n"));
	assert_non_null(strstr(logged, ":3: hooks: want a key"));
	assert_int_equal(o.interval_ns, 2000000000);
	assert_string_equal(o.collect.filter.include.globs[0], "eth*");

	logged[0] = '\0';
	assert_int_equal(unlink(path), 0);
	assert_int_equal(options_reload(&fresh, &o), -EINVAL);
	assert_non_null(strstr(logged, ": No such file or directory\n"));
	options_clear(&o);
}

static void test_wrong_settings(void **state)
{
	static const char *const wrong[][2] = {
		{"json yes", "json is for the command line only"},
		{"config x", "config is for the command line only"},
		{"root /", "root is for the command line only"},
		{"Interval 2", "unknown setting 'Interval'"},
		{"interval=2 x", "unknown setting 'interval=2'"},
		{"--interval 2", "unknown setting '--interval'"},
		{"verbose maybe", "verbose 'maybe': want yes or no"},
		{"interval 0",
		 "interval '0': want a time from 10ms to 24h, as in 0.5, 500ms, 5s, 1m"},
		{"agentx-socket tls:a:705",
		 "agentx-socket 'tls:a:705': it is neither unix:PATH nor tcp:HOST:PORT"},
		{"netns a\nnetns b", "netns is set above already"},
	};
	struct options o, fresh;

	(void)state;
	read_options(&o, "", "-v", "-i", "5", NULL);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		logged[0] = '\0';
		make_text(wrong[i][0]);
		/* also where the command line wins */
		assert_int_equal(options_reload(&fresh, &o), -EINVAL);
		assert_non_null(strstr(logged, wrong[i][1]));
	}
	options_clear(&o);
}

static int set_up(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	return fd < 0 ? -1 : close(fd);
}

static int tear_down(void **state)
{
	(void)state;
	unlink(path);
	return 0;
}

/* A pattern names several network namespaces, which not all commands can take. */
static void test_namespaces(void **state)
{
	static const struct {
		const char *words[6];
		const char *why; /* NULL: it is right */
	} rows[] = {
		{{"ipfwagent", "--netns", "all"}, NULL},
		{{"ipfwagent", "monitor", "--netns", "all-known"}, NULL},
		{{"ipfwagent", "attach", "--netns", "b*"}, NULL},
		{{"ipfwagent", "top", "--netns", "/run/netns/b*"}, NULL}, /* a path */
		{{"ipfwagent", "top", "--netns", "b*"}, NULL},
		{{"ipfwagent", "check", "--netns", "all"},
		 "check is for one network namespace: --netns 'all' names several"},
		{{"ipfwagent", "--root", "/", "--netns", "all"},
		 "--root reads the files of one network namespace"},
		{{"ipfwagent", "detach", "--all", "--netns", "[ab]"},
		 "--all detaches in every network namespace: leave out --netns"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct options o;
		struct why why;
		const char *argv[7] = {NULL};
		int argc = 0;

		for (; argc < 6 && rows[i].words[argc]; argc++)
			argv[argc] = rows[i].words[argc];
		assert_int_equal(options_parse(&o, argc, (char **)argv, &why),
				 rows[i].why ? -EINVAL : 0);
		if (rows[i].why)
			assert_string_equal(why.text, rows[i].why);
		options_clear(&o);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),      cmocka_unit_test(test_errors),
		cmocka_unit_test(test_odd_bytes),  cmocka_unit_test(test_load),
		cmocka_unit_test(test_file),       cmocka_unit_test(test_line_wins),
		cmocka_unit_test(test_times),      cmocka_unit_test(test_window),
		cmocka_unit_test(test_reload),     cmocka_unit_test(test_wrong_settings),
		cmocka_unit_test(test_namespaces),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
