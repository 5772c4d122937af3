/* SPDX-License-Identifier: MIT */
/* error: every number is a sentence, whoever's it is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>

#include "bpf/error.h"

static void test_of_the_c_library(void **state)
{
	(void)state;
	assert_string_equal(bpf_error_text(-EPERM), strerror(EPERM));
	assert_string_equal(bpf_error_text(-EOPNOTSUPP), strerror(EOPNOTSUPP));
	assert_string_equal(bpf_error_name(-EPERM), "EPERM");
	assert_string_equal(bpf_error_name(-EINVAL), "EINVAL");
	assert_string_equal(bpf_error_name(-EOPNOTSUPP), "EOPNOTSUPP");
}

static void test_of_the_kernel_alone(void **state)
{
	(void)state;
	assert_string_equal(bpf_error_name(-524), "ENOTSUPP");
	assert_string_equal(bpf_error_text(-524), "this kernel does not support it");
	assert_string_equal(bpf_error_name(-517), "error 517");
	assert_string_equal(bpf_error_text(-517), "error 517 of the kernel");
}

static void test_of_libbpf(void **state)
{
	(void)state;
	for (int n = __LIBBPF_ERRNO__START; n < __LIBBPF_ERRNO__END; n++) {
		assert_true(strlen(bpf_error_text(-n)) > 4);
		assert_null(strstr(bpf_error_text(-n), "nknown"));
	}
	assert_non_null(strstr(bpf_error_text(-LIBBPF_ERRNO__ENDIAN), "byte order"));
	assert_string_equal(bpf_error_name(-LIBBPF_ERRNO__ENDIAN), "error 4003");
	assert_string_equal(bpf_error_text(-4999), "error 4999 of libbpf");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_of_the_c_library),
		cmocka_unit_test(test_of_the_kernel_alone),
		cmocka_unit_test(test_of_libbpf),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
