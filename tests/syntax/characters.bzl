x = 1 ### 1: invalid character: byte order mark
y =  1 ### 5: invalid character: '\x01'
z = � ### 5: invalid character: '\xff'
€ = 1 ### 1: invalid character: '€'
