// The factor of a precision among the parameters of a batch.

#import vector
#import parameters
#import factor-blocks
