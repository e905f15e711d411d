/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reports as text and HTML; codes of disabled waits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "arch/psw.h"
#include "arch/wait-code.h"
#include "out/report.h"

static struct report *sample(void)
{
	struct report *r = report_new();

	assert_non_null(r);
	report_heading(r, 1, "Triage of %s", "<demo> & \"co\"");
	report_fact(r, REPORT_PLAIN, "release", "6.1.%d", 0);
	report_fact(r, REPORT_BAD, "panic", "%s", "</td><script>alert('x')</script>\033[31m");
	report_heading(r, 2, "CPU 0");
	report_line(r, REPORT_GOOD, "idle");
	report_code(r, REPORT_PLAIN, "%s", "one\ttab, \\x1b");
	report_code(r, REPORT_BAD, "%s", "two\nlines");
	return r;
}

static void text(void **state)
{
	struct report *r = sample();
	struct buf b = BUF_INIT;

	(void)state;
	assert_null(report_text(r, &b));
	assert_string_equal(buf_str(&b),
			    "Triage of <demo> & \"co\"\n"
			    "=======================\n"
			    "release                6.1.0\n"
			    "panic                  </td><script>alert('x')</script>\\x1b[31m\n"
			    "\n"
			    "CPU 0\n"
			    "-----\n"
			    "idle\n"
			    "  one\\ttab, \\x1b\n"
			    "  two\\nlines\n");
	buf_free(&b);
	report_free(r);
}

static void html(void **state)
{
	struct report *r = sample();
	struct buf b = BUF_INIT;

	(void)state;
	assert_null(report_html(r, &b));
	assert_non_null(strstr(buf_str(&b), "<title>Triage of &lt;demo&gt; &amp; &quot;co&quot;</title>"));
	assert_non_null(strstr(buf_str(&b),
			       "<table>\n<tr><th scope=\"row\">release</th><td>6.1.0</td></tr>\n"
			       "<tr><th scope=\"row\">panic</th><td class=\"bad\">&lt;/td&gt;&lt;script&gt;"
			       "alert(&#39;x&#39;)&lt;/script&gt;\\x1b[31m</td></tr>\n</table>\n"));
	assert_non_null(strstr(buf_str(&b), "<p class=\"good\">idle</p>\n"
			       "<pre>one\\ttab, \\x1b\n<span class=\"bad\">two\\nlines</span>\n</pre>\n</body>\n"));
	assert_null(strstr(buf_str(&b), "<script"));
	assert_null(strchr(buf_str(&b), 033));
	buf_free(&b);
	report_free(r);
}

static void empty(void **state)
{
	struct report *r = report_new();
	struct buf b = BUF_INIT;

	(void)state;
	assert_null(report_text(r, &b));
	assert_string_equal(buf_str(&b), "");
	assert_null(report_html(r, &b));
	assert_non_null(strstr(buf_str(&b), "<title></title>"));
	buf_free(&b);
	report_free(r);
	report_free(NULL);
}

static void many_items(void **state)
{
	struct report *r = report_new();
	struct buf b = BUF_INIT;
	int i;

	(void)state;
	for (i = 0; i < 1000; i++)
		report_code(r, REPORT_PLAIN, "line %d", i);
	assert_null(report_text(r, &b));
	assert_non_null(strstr(buf_str(&b), "\n  line 999\n"));
	buf_free(&b);
	report_free(r);
}

static void disabled_waits(void **state)
{
	(void)state;
	assert_true(psw_is_disabled_wait(0x0002000180000000));
	assert_false(psw_is_disabled_wait(0x0706000180000000));
	assert_false(psw_is_disabled_wait(0x0000000180000000));
	assert_false(psw_is_disabled_wait(PSW_MASK_WAIT | PSW_MASK_MCHECK));
	assert_string_equal(wait_code_meaning(0xfff), "the system has shut down");
	assert_non_null(strstr(wait_code_meaning(0x4523), "crashkernel"));
	assert_null(wait_code_meaning(0x123456));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text),
		cmocka_unit_test(html),
		cmocka_unit_test(empty),
		cmocka_unit_test(many_items),
		cmocka_unit_test(disabled_waits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
