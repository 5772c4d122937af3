/* SPDX-License-Identifier: MIT */
#include "selftest/kernel_counts.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

uint64_t kernel_counts_column(const char *path, const char *group, const char *name)
{
	char names[1024], numbers[1024], *left, *right, *key, *number;
	const size_t length = strlen(group);
	uint64_t value = 0;
	FILE *f = fopen(path, "re");

	while (f && fgets(names, sizeof(names), f) && fgets(numbers, sizeof(numbers), f)) {
		if (strncmp(names, group, length))
			continue;
		key = strtok_r(names, " \n", &left);
		number = strtok_r(numbers, " \n", &right);
		while (key && number && strcmp(key, name)) {
			key = strtok_r(NULL, " \n", &left);
			number = strtok_r(NULL, " \n", &right);
		}
		if (key && number)
			sscanf(number, "%" SCNu64, &value);
	}
	if (f)
		fclose(f);
	return value;
}

uint64_t kernel_counts_line(const char *path, const char *name)
{
	char text[256], key[64];
	uint64_t value = 0, found;
	FILE *f = fopen(path, "re");

	while (f && fgets(text, sizeof(text), f))
		if (sscanf(text, "%63s %" SCNu64, key, &found) == 2 && !strcmp(key, name))
			value = found;
	if (f)
		fclose(f);
	return value;
}
