//! Drives buses over a timetable, from a seed, with the truth known. Pure: time is an argument.
