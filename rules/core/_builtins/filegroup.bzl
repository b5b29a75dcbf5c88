"""filegroup: gives a name to a set of files."""

def _files_of(target, output_group):
    if not output_group:
        return target[DefaultInfo].files
    if OutputGroupInfo in target and hasattr(target[OutputGroupInfo], output_group):
        return getattr(target[OutputGroupInfo], output_group)
    return depset()

def _filegroup_impl(ctx):
    files = depset(transitive = [_files_of(src, ctx.attr.output_group) for src in ctx.attr.srcs])
    runfiles = ctx.runfiles(collect_data = True, collect_default = True)
    return [DefaultInfo(
        files = files,
        default_runfiles = runfiles,
        data_runfiles = runfiles.merge(ctx.runfiles(transitive_files = files)),
    )]

filegroup = rule(
    implementation = _filegroup_impl,
    attrs = {
        "srcs": attr.label_list(allow_files = True),
        "output_group": attr.string(),
        "data": attr.label_list(allow_files = True),
        "path": attr.string(),
    },
    doc = "A collection of targets under one name.",
)
