"""The actions of mode "shared". All but the verdict run the same program, which can be a persistent worker."""

load(":platforms.bzl", "target_platform")

_WORKER = {
    "requires-worker-protocol": "json",
    "supports-multiplex-workers": "1",
    "supports-workers": "1",
    "worker-key-mnemonic": "mypy",  # one worker for all of them
}

# Half a process's time in the system goes into getting memory, page by page. The C library's allocator, unlike Python's own, can be told to
# take it in huge pages, and ahead; other C libraries read none of this.
_ENVIRONMENT = {
    "GLIBC_TUNABLES": ":".join([
        "glibc.malloc.hugetlb=1",
        "glibc.malloc.mmap_threshold=33554432",
        "glibc.malloc.tcache_count=1000",
        "glibc.malloc.top_pad=33554432",
    ]),
    "PYTHONMALLOC": "malloc",
    "PYTHONNOUSERSITE": "true",
}

# Arguments: the report, the exit status that mypy would have had, what to make if it is 0.
_VERDICT = 'if read -r status <"$2" && [ "$status" = 0 ]; then : >"$3"; else cat "$1" >&2; false; fi'

def new_arguments(ctx, kind):
    """The beginning of a command line of mypy_runner.py.

    Args:
      ctx: a context.
      kind: what to do.
    Returns:
      Args.
    """
    arguments = ctx.actions.args()
    arguments.use_param_file("@%s", use_always = True)
    arguments.set_param_file_format("multiline")
    arguments.add(kind, format = "--action=%s")
    return arguments

def _arguments(ctx, kind, manifest, python_version, pack):
    arguments = new_arguments(ctx, kind)
    arguments.add("--manifest", manifest)
    arguments.add("--mypy-ini", ctx.file._mypy_ini)
    if python_version:
        arguments.add("--python-version", python_version)
    platform = target_platform(ctx)
    if platform:
        arguments.add("--platform", platform)
    arguments.add("--pack", pack)
    return arguments

def run_mypy(ctx, arguments, **kwargs):
    """Runs mypy_runner.py.

    Args:
      ctx: a context with the attribute _mypy_cli.
      arguments: what new_arguments gives, and more.
      **kwargs: those of ctx.actions.run that are not the same for all of these actions.
    """
    ctx.actions.run(
        executable = ctx.executable._mypy_cli,
        arguments = [arguments],
        env = ctx.configuration.default_shell_env | _ENVIRONMENT,
        execution_requirements = _WORKER,
        **kwargs
    )

def analyze_typeshed(ctx, manifest, pack, python_version):
    """Analyses the standard library.

    Args:
      ctx: the aspect's context.
      manifest: the manifest of the Python toolchain.
      pack: the File to make.
      python_version: the version to check for, or None.
    """
    run_mypy(
        ctx,
        _arguments(ctx, "typeshed", manifest, python_version, pack),
        mnemonic = "MypyTypeshed",
        progress_message = "Analysing the standard library for mypy",
        inputs = [manifest, ctx.file._mypy_ini],
        outputs = [pack],
    )

def analyze_package(ctx, manifest, pack, sources, lists, below):
    """Analyses a distribution, without reporting errors.

    Args:
      ctx: the aspect's context.
      manifest: the manifest of the distribution.
      pack: the File to make.
      sources: depset of the distribution's files.
      lists: Files that tell which modules are wanted; none: the manifest does.
      below: what its dependencies hand on.
    """
    run_mypy(
        ctx,
        _arguments(ctx, "package", manifest, below.python_version, pack),
        mnemonic = "MypyPackage",
        progress_message = "Analysing %{label} for mypy",
        inputs = depset(
            [manifest, ctx.file._mypy_ini] + lists,
            transitive = [sources, below.manifests, below.packs, below.interfaces, below.files],
        ),
        outputs = [pack],
    )

def _output(ctx, suffix):
    return ctx.actions.declare_file(ctx.label.name + suffix)

def check_target(ctx, manifest, interfaces, sources, below, strict_cache, silent):
    """Analyses a target and reports its errors, without failing because of them.

    Args:
      ctx: the aspect's context.
      manifest: the manifest of the target.
      interfaces: Files to make, one for each module.
      sources: Files of the target that are read.
      below: what its dependencies hand on.
      strict_cache: whether it fails if anything below is analysed again.
      silent: whether errors do not count.
    Returns:
      struct(report, exit_code) of Files.
    """
    report, json_report = _output(ctx, ".mypy_stdout"), _output(ctx, ".mypy.jsonl")
    exit_code, unused = _output(ctx, ".mypy_exit_code"), _output(ctx, ".mypy_unused")
    pack = _output(ctx, ".mypy_pack")
    arguments = _arguments(ctx, "target", manifest, below.python_version, pack)
    arguments.add("--report", report)
    arguments.add("--json-report", json_report)
    arguments.add("--exit-code", exit_code)
    arguments.add("--unused-inputs-list", unused)
    flags = {"--color": ctx.attr.color, "--strict-cache": strict_cache, "--silent": silent}
    arguments.add_all([flag for flag, given in flags.items() if given])
    run_mypy(
        ctx,
        arguments,
        mnemonic = "mypy",
        progress_message = "mypy %{label}",
        inputs = depset(
            sources + [manifest, ctx.file._mypy_ini],
            transitive = [below.manifests, below.interfaces, below.packs, below.files],
        ),
        outputs = [report, json_report, exit_code, unused, pack] + interfaces,
        unused_inputs_list = unused,
    )
    return struct(report = report, exit_code = exit_code)

def judge(ctx, check):
    """Fails if a check found errors; nothing depends on it.

    Args:
      ctx: the aspect's context.
      check: what check_target gives.
    Returns:
      An empty File.
    """
    verdict = _output(ctx, ".mypy_verdict")
    ctx.actions.run(
        mnemonic = "MypyVerdict",
        progress_message = "mypy's verdict on %{label}",
        executable = "/bin/sh",
        arguments = ["-c", _VERDICT, "sh", check.report.path, check.exit_code.path, verdict.path],
        inputs = [check.report, check.exit_code],
        outputs = [verdict],
    )
    return verdict
