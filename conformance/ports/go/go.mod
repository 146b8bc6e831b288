module mizan/port

go 1.19
