#!/bin/sh
# Makes the demo stream: stage.h264 (540x960, 30 frames a second, baseline, a keyframe a second, no B-frames) and
# stage.opus. Every pixel and sample comes from the formulas below; nothing is taken from anybody's picture or music.
# All motion repeats after 24 s, so the clip loops without a seam.
#
# Usage: FFMPEG=/path/to/ffmpeg sh make.sh      (needs FFmpeg 5 or newer with libx264 and libopus)
set -eu
here=$(cd "$(dirname "$0")" && pwd)
ffmpeg=${FFMPEG:-ffmpeg}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
seconds=24
run() { "$ffmpeg" -hide_banner -loglevel error -y "$@"; }

# soft(edge, width, value): 0 below the edge, 1 above it, a straight ramp between.
soft() { echo "clip(($3-($1))/($2),0,1)"; }

# The room: a wall that darkens downwards, a flat sun behind the stage, a floor, and a pedestal of plaster.
sun=$(soft 0 2.5 "212-hypot(X-270\,Y-392)")
floor=$(soft 795 90 Y)
lid=$(soft 0 0.02 "1-pow((X-270)/152\,2)-pow((Y-692)/27\,2)")
body="$(soft 0 1.5 "152-abs(X-270)")*$(soft 692 1 Y)"
lamp="clip(0.72*sqrt(max(0\,1-pow((X-270)/152\,2)))-0.42*(X-270)/152\,0\,1)"
contact="(1-0.42*exp(-pow((X-282)/96\,2)-pow((Y-694)/17\,2)))"
room() { # wall-top wall-bottom sun floor lid body
	wall="($1+($2-$1)*Y/960)"
	wall="($wall+($3-$wall)*$sun)"
	wall="($wall+($4-$wall)*$floor)"
	wall="($wall+($6*(0.56+0.46*$lamp)-$wall)*$body)"
	echo "($wall+($5*$contact-$wall)*$lid)"
}
run -f lavfi -i color=c=black:s=540x960:r=1:d=1 -frames:v 1 -vf \
	"format=gbrp,geq=r='$(room 247 231 236 214 246 240)':g='$(room 231 199 160 176 236 226)':b='$(room 214 176 126 150 224 211)'" \
	"$work/room.png"

# Light through blinds: slanted soft bars, one period (240 px) wider than the picture on each side.
bars="pow(0.5+0.5*sin(2*PI*(X+0.45*Y)/240)\,3)"
run -f lavfi -i color=c=white:s=1020x960:r=1:d=1 -frames:v 1 -vf \
	"format=rgba,geq=r=255:g=238:b=208:a='62*$bars*(0.35+0.65*exp(-pow((Y-380)/420\,2)))'" "$work/light.png"

# A mote of dust.
run -f lavfi -i color=c=white:s=96x96:r=1:d=1 -frames:v 1 -vf \
	"format=rgba,geq=r=255:g=246:b=228:a='70*exp(-pow(hypot(X-48\,Y-48)/18\,2))'" "$work/mote.png"

# The vase, turning once in the loop: a profile, a glaze that runs down unevenly, and fluting. st/ld keep the height
# (0), the radius (1), the place across (2), the angle around (3), the brightness (4), the glaze (5), the gleam (6) and
# the mouth (7).
vase="st(0\,(Y-10)/262)\
;st(1\,35+74*exp(-pow((ld(0)-0.63)/0.25\,2))+17*exp(-pow(ld(0)/0.06\,2))+15*exp(-pow((ld(0)-1)/0.09\,2)))\
;st(2\,clip((X-130)/ld(1)\,-1\,1))\
;st(3\,asin(ld(2))+2*PI*T/$seconds)\
;st(4\,(0.30+0.78*clip(0.74*sqrt(1-ld(2)*ld(2))-0.50*ld(2)\,0\,1)+0.10*pow(clip(ld(2)\,0\,1)\,4))*(1+0.055*sin(16*ld(3))*exp(-pow((ld(0)-0.6)/0.3\,2))))\
;st(5\,clip((0.66+0.055*sin(3*ld(3))+0.03*sin(5*ld(3)+1)-ld(0))/0.012\,0\,1))\
;st(6\,95*pow(clip(1-hypot((ld(2)+0.42)/0.16\,(ld(0)-0.52)/0.15)\,0\,1)\,1.5)*ld(5))\
;st(7\,1-pow((X-130)/52.3\,2)-pow((Y-11)/7.5\,2))"
vase_alpha="255*max(clip(ld(7)*8\,0\,1)\,clip(ld(1)-abs(X-130)\,0\,1)*clip(Y-10\,0\,1))*clip(272+5*sqrt(max(0\,1-ld(2)*ld(2)))-Y\,0\,1)"
body_tone='clip(CLAY*(1-ld(5))*ld(4)+GLAZE*ld(5)*ld(4)+ld(6)\,0\,255)'
mouth_tone='GLAZE*(1.25-1.0*clip((ld(7)-0.10)/0.12\,0\,1)+0.25*clip((X-130)/52\,0\,1)*clip((ld(7)-0.2)/0.1\,0\,1))'
tone() { # clay glaze
	echo "$vase;if(gt(ld(7)\,0)\,$mouth_tone\,$body_tone)" | sed "s/CLAY/$1/g; s/GLAZE/$2/g"
}

run -f lavfi -i "color=c=black:s=260x290:r=30:d=$seconds" -i "$work/room.png" -loop 1 -i "$work/light.png" \
	-loop 1 -i "$work/mote.png" -filter_complex "
	[0]format=rgba,geq=r='$(tone 222 34)':g='$(tone 186 112)':b='$(tone 150 116)':a='$vase;$vase_alpha'[vase];
	[1]loop=-1:1,fps=30,format=gbrp[room];
	[room][vase]overlay=x=140:y=412:shortest=1[stage];
	[2]fps=30,format=rgba[light];
	[stage][light]overlay=x='-240+mod(t*240/$seconds\,240)':y=0:eval=frame[lit];
	[3]fps=30,format=rgba,split=3[m1][m2][m3];
	[lit][m1]overlay=x='90+70*sin(2*PI*t/$seconds)':y='250+120*cos(2*PI*t/$seconds)':eval=frame[d1];
	[d1][m2]overlay=x='380+60*cos(2*PI*t/$seconds+1)':y='160+90*sin(4*PI*t/$seconds)':eval=frame[d2];
	[d2][m3]overlay=x='300+120*sin(2*PI*t/$seconds+3)':y='560+70*sin(2*PI*t/$seconds)':eval=frame,vignette=PI/7,format=yuv420p[out]" \
	-map '[out]' -t $seconds -c:v libx264 -preset veryslow -profile:v baseline -level 3.1 -bf 0 -g 30 -keyint_min 30 \
	-sc_threshold 0 -crf 22 -maxrate 600k -bufsize 500k -threads 1 -x264-params repeat-headers=1 \
	-bsf:v filter_units=remove_types=6 -f h264 "$here/stage.h264"

# A calm pad (every frequency is whole, so it repeats with the loop) and a soft music box over it.
pad="0.05*(sin(2*PI*131*t)+0.8*sin(2*PI*196*t)*(0.6+0.4*sin(2*PI*t/12))+0.6*sin(2*PI*247*t)*(0.5+0.5*sin(2*PI*t/8+1))+0.5*sin(2*PI*330*t)*(0.5+0.5*sin(2*PI*t/6+2)))"
note="st(0\,mod(floor(t/1.5)\,8));st(1\,if(lt(ld(0)\,1)\,523\,if(lt(ld(0)\,2)\,392\,if(lt(ld(0)\,3)\,659\,if(lt(ld(0)\,4)\,494\,if(lt(ld(0)\,5)\,587\,if(lt(ld(0)\,6)\,392\,if(lt(ld(0)\,7)\,784\,494))))))));st(2\,mod(t\,1.5))"
bell="0.09*exp(-3.2*ld(2))*min(1\,ld(2)*120)*(sin(2*PI*ld(1)*ld(2))+0.3*sin(4*PI*ld(1)*ld(2)))"
run -f lavfi -i "aevalsrc='$note;$pad+$bell':s=48000:d=$seconds" -af lowpass=f=3500,aresample=48000 -ac 1 \
	-c:a libopus -b:a 40k -application audio -frame_duration 20 -fflags +bitexact -f ogg "$here/stage.opus"
ls -l "$here/stage.h264" "$here/stage.opus"
