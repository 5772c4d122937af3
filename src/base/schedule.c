/* SPDX-License-Identifier: MIT */
#include "base/schedule.h"
#include "base/clock.h"
#include "base/units.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

static const struct {
	int number, event;
} signal_events[] = {
	{SIGINT, SCHEDULE_STOP},    {SIGTERM, SCHEDULE_STOP},    {SIGHUP, SCHEDULE_RELOAD},
	{SIGUSR1, SCHEDULE_STATUS}, {SIGQUIT, SCHEDULE_QUIT},    {SIGTSTP, SCHEDULE_SUSPEND},
	{SIGCONT, SCHEDULE_RESUME}, {SIGWINCH, SCHEDULE_RESIZE},
};

#define SIGNALS (ARRAY_SIZE(signal_events))

int schedule_set(struct schedule *t, uint64_t interval_ns)
{
	return schedule_begin(t, interval_ns, interval_ns);
}

int schedule_begin(struct schedule *t, uint64_t wait_ns, uint64_t interval_ns)
{
	const struct timespec interval = {interval_ns / NS_PER_S, interval_ns % NS_PER_S};
	const struct itimerspec schedule = {interval, clock_until(clock_now_ns() + wait_ns)};

	return timerfd_settime(t->timer_fd, TFD_TIMER_ABSTIME, &schedule, NULL) < 0 ? -errno : 0;
}

void schedule_alarm(struct schedule *t, uint64_t wait_ns)
{
	struct itimerspec once = {{0, 0}, {0, 0}};

	if (wait_ns)
		once.it_value = clock_until(clock_now_ns() + wait_ns);
	timerfd_settime(t->alarm_fd, TFD_TIMER_ABSTIME, &once, NULL);
}

int schedule_open(struct schedule *t, uint64_t interval_ns, int signals)
{
	sigset_t set;
	int r = 0;

	t->timer_fd = t->alarm_fd = -1;
	sigemptyset(&set);
	for (size_t i = 0; i < SIGNALS; i++)
		if (signals & signal_events[i].event)
			sigaddset(&set, signal_events[i].number);
	sigprocmask(SIG_BLOCK, &set, NULL);
	t->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (t->signal_fd >= 0)
		t->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (t->timer_fd >= 0)
		t->alarm_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (t->alarm_fd < 0)
		r = -errno;
	if (!r)
		r = schedule_set(t, interval_ns);
	if (r)
		schedule_close(t);
	return r;
}

void schedule_close(struct schedule *t)
{
	if (t->timer_fd >= 0)
		close(t->timer_fd);
	if (t->signal_fd >= 0)
		close(t->signal_fd);
	if (t->alarm_fd >= 0)
		close(t->alarm_fd);
}

bool schedule_stops(void)
{
	sigset_t set;

	if (sigpending(&set))
		return false;
	for (size_t i = 0; i < SIGNALS; i++)
		if (signal_events[i].event == SCHEDULE_STOP &&
		    sigismember(&set, signal_events[i].number))
			return true;
	return false;
}

int schedule_wait(struct schedule *t, int other_fd, const int *services, int timeout_ms)
{
	struct pollfd fds[4 + SCHEDULE_SERVICES] = {
		{.fd = t->timer_fd, .events = POLLIN},
		{.fd = t->signal_fd, .events = POLLIN},
		{.fd = other_fd, .events = POLLIN},
		{.fd = t->alarm_fd, .events = POLLIN},
	};
	struct signalfd_siginfo info;
	nfds_t n = ARRAY_SIZE(fds);
	uint64_t count;
	int events = 0;

	for (int i = 0; i < SCHEDULE_SERVICES; i++)
		fds[4 + i] = (struct pollfd){.fd = services ? services[i] : -1, .events = POLLIN};
	while (poll(fds, n, timeout_ms) < 0)
		if (errno == EINVAL && n > 1)
			n--; /* the limit of open files is also one for poll() */
		else if (errno != EINTR)
			return -errno;
	if (fds[0].revents && read(t->timer_fd, &count, sizeof(count)) == sizeof(count))
		events |= SCHEDULE_TICK;
	if (fds[1].revents && read(t->signal_fd, &info, sizeof(info)) == sizeof(info))
		for (size_t i = 0; i < SIGNALS; i++)
			if (signal_events[i].number == (int)info.ssi_signo)
				events |= signal_events[i].event;
	if (fds[2].revents && read(other_fd, &count, sizeof(count)) == sizeof(count))
		events |= SCHEDULE_OTHER;
	if (fds[3].revents && read(t->alarm_fd, &count, sizeof(count)) == sizeof(count))
		events |= SCHEDULE_ALARM;
	for (int i = 0; i < SCHEDULE_SERVICES; i++)
		if (fds[4 + i].revents)
			events |= SCHEDULE_SERVICE << i;
	return events;
}
