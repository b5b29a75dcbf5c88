x = = 1
y = nothing
