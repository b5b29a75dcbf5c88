def _exe(ctx):
    program = ctx.actions.declare_file(ctx.label.name + ".sh")
    ctx.actions.write(program, "#!/bin/sh\n", is_executable = True)
    return [DefaultInfo(executable = program)]

exe = rule(
    implementation = _exe,
    attrs = {"srcs": attr.label_list(allow_files = True)},
    executable = True,
)
