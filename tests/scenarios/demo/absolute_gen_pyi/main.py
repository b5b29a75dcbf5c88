from absolute_gen_pyi.stubs import measure

LENGTH: int = measure()
