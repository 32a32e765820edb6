/* sources b9acba01c37ddfafb8c02e635360f01541b5ca7de2dc8f8bea026f00f46e2c20 */
(()=>{try{let o=document.documentElement.dataset;for(let e of["theme","assisted"]){let t=localStorage.getItem(`parley:${e}`);t&&(o[e]??=t)}}catch{}})();
