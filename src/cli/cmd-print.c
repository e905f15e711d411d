/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "base/buf.h"
#include "cli/command.h"
#include "cli/print-value.h"
#include "cli/typed.h"

/* A number of an option; "all" and 0 are not known. */
static struct error *option_number(const struct command_args *args, const char *name,
				   uint64_t *value)
{
	const char *text = command_opt(args, name);
	uint64_t number;
	struct error *err;

	if (!text)
		return NULL;
	err = number_parse(text, name, 32, 0, &number);
	if (!err && !number)
		err = error_new(ERROR_USAGE, "--%s is at least 1", name);
	if (!err)
		*value = number;
	return err;
}

static struct error *parse_options(const struct command_args *args, struct print_options *opt)
{
	uint64_t depth = PRINT_DEPTH;
	struct error *err;

	*opt = (struct print_options){
		.hex = command_opt(args, "hex"), .decimal = command_opt(args, "decimal"),
		.elements = PRINT_ELEMENTS,
	};
	if (opt->hex && opt->decimal)
		return error_new(ERROR_USAGE, "--hex and --decimal exclude each other");
	if (command_opt(args, "all")) {
		depth = PRINT_DEPTH_MAX;
		opt->elements = UINT64_MAX;
	}
	err = option_number(args, "depth", &depth);
	if (!err)
		err = option_number(args, "elements", &opt->elements);
	opt->depth = depth < PRINT_DEPTH_MAX ? (unsigned int)depth : PRINT_DEPTH_MAX;
	return err;
}

/* A function is its address. */
static void function_address(const struct typed *t, struct value *v)
{
	struct symbol_info info;

	if (v->stored && !v->typed && symbols_nearest(t->symbols, v->addr, &info) &&
	    strchr("tTwWi", info.type))
		*v = (struct value){ .number = v->addr };
}

static struct error *print_text(struct typed *t, const struct print_options *opt, const char *text,
				const char *cpu)
{
	const struct print_source src = {
		.symbols = t->symbols, .read = t->ctx.read, .arg = t->ctx.arg,
		.interrupted = t->s->interrupted,
	};
	struct buf label = BUF_INIT;
	struct value v;
	struct error *err;
	bool is_type;

	buf_add_escaped(&label, text, strlen(text));
	if (cpu)
		buf_addf(&label, " [CPU %s]", cpu);
	err = value_parse_typed(&t->ctx, text, &v, &is_type);
	if (!err && is_type)
		err = error_hint(error_new(ERROR_USAGE, "'%s' is a type", buf_str(&label)),
				 "its layout: ptype %s; a value needs an address: print %s ADDR",
				 buf_str(&label), buf_str(&label));
	if (!err) {
		function_address(t, &v);
		out_str(t->s->out, "expression", text);
		err = print_value(t->s->out, opt, &src, buf_str(&label), &v);
		session_set_last(t->s, v.stored ? v.addr : v.number);
		if (v.stored && !cpu && typed_is_percpu_image(t, v.addr))
			log_warn(&t->s->log, "'%s' is a per-CPU variable, and this no CPU's: "
				 "--cpu=N shows that of CPU N", buf_str(&label));
	}
	buf_free(&label);
	return err;
}

static struct error *run_print(struct session *s, const struct command_args *args)
{
	struct buf text = BUF_INIT;
	struct print_options opt;
	const char *cpu = command_opt(args, "cpu");
	uint64_t number = 0;
	struct typed t;
	struct error *err;

	err = parse_options(args, &opt);
	if (!err && cpu)
		err = number_parse(cpu, "cpu", 16, 0, &number);
	if (err)
		return err;
	typed_text(args, &text);
	err = typed_open(s, true, &t);
	if (!err && cpu)
		err = typed_cpu(&t, (unsigned int)number);
	if (!err)
		err = print_text(&t, &opt, buf_str(&text), cpu);
	typed_close(&t);
	buf_free(&text);
	return err;
}

static const struct command_option options[] = {
	{ "hex", 'x', NULL, "numbers in hexadecimal" },
	{ "decimal", 'd', NULL, "numbers in decimal: addresses, characters, enums, too" },
	{ "depth", 0, "N", "structures in structures up to N deep (3)" },
	{ "elements", 0, "N", "at most N elements of an array or characters of a text (200)" },
	{ "cpu", 0, "N", "per-CPU variables are those of the guest's CPU N" },
	{ "all", 0, NULL, "everything: no limit to depth and elements" },
	{ NULL, 0, NULL, NULL },
};

const struct command cmd_print = {
	.name = "print",
	.args = "[TYPE] EXPR",
	.min_args = 1,
	.max_args = -1,
	.flags = CMD_NEEDS_TARGET,
	.options = options,
	.summary = "show a variable or a structure of the kernel with its members",
	.help =
"Show the value of an expression of C: a variable, members (a.b, p->b), elements\n"
"(a[3]), what a pointer points to (*p), addresses (&a), casts ((struct page *)p),\n"
"numbers, registers (%r15), + - * & | ^ << >>. After a TYPE, EXPR is an address:\n"
"print struct task_struct %r2. Quote what your shell would take for its own.\n"
"\n"
"Types come from the DWARF or BTF of the guest's vmlinux, else from the BTF in its\n"
"memory. BTF knows the types of few variables: then say it, (struct task_struct)\n"
"init_task. Of which CPU a per-CPU variable is meant, --cpu says.\n"
"\n"
"Pointers are shown with the symbol that they point to, char pointers with their\n"
"text, what is left out as ... or {...}. What cannot be read is told in its place,\n"
"the exit code is 3 then.\n",
	.example =
"$ s390memctl -d dump -s vmlinux print init_task.comm\n"
"init_task.comm = \"swapper/0\"\n"
"$ s390memctl -d dump -s vmlinux print --cpu=0 'runqueues.curr->thread_info'\n"
"runqueues.curr->thread_info [CPU 0] = {\n"
"  flags = 0,\n"
"  syscall_work = 0,\n"
"  cpu = 0\n"
"}\n",
	.see_also = "ptype sizeof offsetof sym read",
	.answers_no = "there is no such type or member, or a type is not known",
	.run = run_print,
};
