// SPDX-License-Identifier: GPL-2.0-only
#include "array.h"
#include "output.h"

static const struct output_ops * const forms[] = {
	&output_text,
	&output_json,
	&output_csv,
	&output_tracee,
	&output_bindsnoop,
	&output_journal,
};

/**
 * output_at() - walk all forms of output
 * @index: place in the list
 *
 * Return: the form, or NULL behind the last one.
 */
const struct output_ops *output_at(size_t index)
{
	return index < ARRAY_SIZE(forms) ? forms[index] : NULL;
}

/**
 * output_find() - find a form of output by its name
 * @name: the name
 *
 * Return: the form, or NULL.
 */
const struct output_ops *output_find(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(forms); i++)
		if (!strcmp(forms[i]->name, name))
			return forms[i];
	return NULL;
}

/**
 * output_begin() - choose the columns and append what comes first
 * @out: output, its members up to @rows set
 */
void output_begin(struct output *out)
{
	if (out->ops->begin)
		out->ops->begin(out);
}

/**
 * output_needs() - names that are to be resolved
 * @out: output, begun
 *
 * Return: RESOLVE_*.
 */
unsigned int output_needs(const struct output *out)
{
	unsigned int needs = out->ops->needs;

	if (out->ops->has_columns)
		needs |= column_list_needs(&out->columns);
	return needs;
}
